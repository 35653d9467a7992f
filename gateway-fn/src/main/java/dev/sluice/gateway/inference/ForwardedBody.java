package dev.sluice.gateway.inference;

import dev.sluice.upstream.Model;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;

/// The body as the model server gets it: every byte as the client wrote it, but for the members
/// that the gateway owns.
final class ForwardedBody {

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

  private ForwardedBody() {}

  static byte[] of(ValidRequest request, Model.Target target) {
    JsonDocument document = request.common().document();
    JsonDocument.Edit edit = document.edit().set("model", target.model());
    OWNED.forEach(edit::remove);
    if (request.stream()) {
      JsonObject options = document.object().object("stream_options").orElse(JsonObject.EMPTY);
      edit.set(
          "stream_options", options.toBuilder().put("include_usage", JsonValue.of(true)).build());
    }
    return edit.toBytes();
  }
}
