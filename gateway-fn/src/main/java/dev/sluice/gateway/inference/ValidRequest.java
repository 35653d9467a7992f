package dev.sluice.gateway.inference;

import dev.sluice.request.Endpoint;
import dev.sluice.request.ServiceTier;
import dev.sluice.wire.JsonDocument;
import java.util.Optional;

/// A request body that has passed every rule; only [RequestRules] makes one. What came in before is
/// an [dev.sluice.gateway.http.InboundRequest], so nothing behind the rules can meet an unchecked
/// body.
sealed interface ValidRequest {

  Common common();

  Endpoint endpoint();

  /// Whether the client asked for server-sent events.
  boolean stream();

  /// Whether the client wants the answer later; only responses can be asked for so.
  default boolean isBackground() {
    return false;
  }

  /// Whether it is put into the queue, for a daemon to answer it.
  default boolean isQueued() {
    return isBackground()
        || switch (common().tier()) {
          case DEFAULT, PRIORITY -> false;
          case FLEX, BACKGROUND -> true;
        };
  }

  /// The id of the response that this one continues, as the client wrote it; empty when it begins a
  /// conversation.
  default Optional<String> previous() {
    return Optional.empty();
  }

  /// What all endpoints have.
  ///
  /// @param document the body as the client wrote it
  /// @param model the alias
  /// @param tier the tier in force
  /// @param store whether bodies may be recorded
  record Common(JsonDocument document, String model, ServiceTier tier, boolean store) {}

  record Chat(Common common, boolean stream) implements ValidRequest {

    @Override
    public Endpoint endpoint() {
      return Endpoint.CHAT_COMPLETIONS;
    }
  }

  record Embeddings(Common common) implements ValidRequest {

    @Override
    public Endpoint endpoint() {
      return Endpoint.EMBEDDINGS;
    }

    @Override
    public boolean stream() {
      return false;
    }
  }

  record Responses(Common common, boolean stream, boolean isBackground, Optional<String> previous)
      implements ValidRequest {

    @Override
    public Endpoint endpoint() {
      return Endpoint.RESPONSES;
    }
  }

  record Compaction(Common common, Optional<String> previous) implements ValidRequest {

    @Override
    public Endpoint endpoint() {
      return Endpoint.COMPACTIONS;
    }

    @Override
    public boolean stream() {
      return false;
    }
  }
}
