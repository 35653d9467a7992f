package dev.sluice.gateway.inference;

import dev.sluice.call.ModelInput;
import dev.sluice.gateway.auth.Caller;
import dev.sluice.request.Deadline;
import dev.sluice.request.RequestData;
import dev.sluice.translate.ClientCall;
import dev.sluice.translate.PlacedItem;
import dev.sluice.translate.UntranslatableException;
import dev.sluice.wire.JsonValue.JsonObject;
import jakarta.inject.Singleton;
import java.util.List;

/// Puts together what a model is to see: the turns before, where a request continues a response,
/// and its own input. Safe for use by several threads.
@Singleton
final class ResponsesCalls {

  private final History history;
  private final ModelInput input;

  ResponsesCalls(History history, ModelInput input) {
    this.history = history;
    this.input = input;
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
    try {
      return input.of(caller.accountId(), before, request.common().document().object());
    } catch (UntranslatableException e) {
      throw Candidates.refusal(e);
    }
  }
}
