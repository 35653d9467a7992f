package dev.sluice.gateway.inference;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.request.Deadline;
import dev.sluice.request.RequestData;
import dev.sluice.translate.ClientCall;
import dev.sluice.translate.ConversationItems;
import dev.sluice.translate.PlacedItem;
import dev.sluice.translate.SealedSummary;
import dev.sluice.translate.UntranslatableException;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import jakarta.inject.Singleton;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts together what a model is to see: the turns before, where a request continues a response,
/// and its own input. Safe for use by several threads.
@Singleton
final class ResponsesCalls {

  private final History history;
  private final SealedSummary summaries;

  ResponsesCalls(History history, SealedSummary summaries) {
    this.history = history;
    this.summaries = summaries;
  }

  /// The call of a valid request.
  ///
  /// @param data what its row will say
  /// @throws dev.sluice.gateway.errors.GatewayException 400 when it continues something that cannot
  ///   be continued, or when its items do not fit together
  ClientCall of(ValidRequest request, RequestData data, Caller caller, Deadline deadline) {
    List<PlacedItem> items =
        switch (request) {
          case ValidRequest.Chat _, ValidRequest.Embeddings _ -> List.of();
          case ValidRequest.Responses _, ValidRequest.Compaction _ ->
              items(request, caller, deadline);
        };
    return new ClientCall(data, request.common().document(), items);
  }

  private List<PlacedItem> items(ValidRequest request, Caller caller, Deadline deadline) {
    List<JsonObject> before =
        request
            .previous()
            .map(previous -> history.before(caller, previous, deadline))
            .orElse(List.of());
    List<JsonObject> own = own(request.common().document().object().get("input"));
    try {
      return ConversationItems.expanded(
          ConversationItems.resolve(before, own),
          sealed -> summaries.open(caller.accountId(), sealed));
    } catch (UntranslatableException e) {
      throw Candidates.refusal(e);
    }
  }

  /// A text is one message of the user.
  private static List<JsonObject> own(@Nullable JsonValue input) {
    return switch (input) {
      case JsonString text ->
          List.of(
              JsonObject.builder()
                  .put("type", "message")
                  .put("role", "user")
                  .put("content", text)
                  .build());
      case JsonArray(List<JsonValue> items) ->
          items.stream().filter(JsonObject.class::isInstance).map(JsonObject.class::cast).toList();
      case null, default -> List.of();
    };
  }
}
