package dev.sluice.translate;

import dev.sluice.request.RequestData;
import dev.sluice.upstream.Model;
import dev.sluice.wire.JsonDocument;
import java.util.List;

/// The members that the gateway owns in bodies that otherwise pass as their authors wrote them.
final class ForwardedMembers {

  private static final List<String> OWNED =
      List.of(
          "service_tier",
          "background",
          "store",
          "previous_response_id",
          "id",
          "completion_id",
          "completionId",
          "response_id",
          "responseId");

  private ForwardedMembers() {}

  /// The request as the upstream gets it.
  static JsonDocument.Edit edit(JsonDocument request, Model.Target target) {
    JsonDocument.Edit edit = request.edit().set("model", target.model());
    OWNED.forEach(edit::remove);
    return edit;
  }

  /// The answer as the client gets it: under its name of the model and, where the upstream names a
  /// tier, the one in force.
  static JsonDocument.Edit answer(JsonDocument answer, RequestData request) {
    JsonDocument.Edit edit = answer.edit().set("model", request.model());
    if (answer.object().has("service_tier")) {
      edit.set("service_tier", request.tier().text());
    }
    return edit;
  }
}
