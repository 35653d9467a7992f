package dev.sluice.translate;

import dev.sluice.upstream.Model;
import dev.sluice.upstream.Upstream.Protocol;
import java.util.function.UnaryOperator;

/// Chooses the translation between the endpoint that a client called and what an upstream speaks.
public final class Translations {

  private Translations() {}

  /// @param seal hides the summary of a compacted conversation, for the account of the call
  /// @throws UntranslatableException when this upstream's protocol cannot express the request;
  ///   another target may
  public static Translation of(ClientCall call, Model.Target target, UnaryOperator<String> seal) {
    boolean speaksChat = target.upstream().protocol() == Protocol.CHAT;
    return switch (call.request().endpoint()) {
      case CHAT_COMPLETIONS ->
          speaksChat ? new ChatOverChat(call, target) : new ChatOverResponses(call, target);
      case RESPONSES ->
          speaksChat
              ? new ResponsesOverChat(call, ChatRequestBody.of(call, target))
              : new ResponsesOverResponses(call, ResponsesRequestBody.of(call, target));
      case COMPACTIONS ->
          speaksChat
              ? new CompactionsOverChat(call, target, seal)
              : new CompactionsOverResponses(call, target);
      case EMBEDDINGS -> new EmbeddingsOverAny(call, target);
    };
  }
}
