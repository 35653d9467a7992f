package dev.sluice.gateway.inference;

import dev.sluice.request.Endpoint;
import dev.sluice.request.ServiceTier;
import dev.sluice.wire.JsonDocument;

/// A request body that has passed every rule; only [RequestRules] makes one. What came in before is
/// an [dev.sluice.gateway.http.InboundRequest], so nothing behind the rules can meet an unchecked
/// body.
sealed interface ValidRequest {

  Common common();

  Endpoint endpoint();

  /// Whether the client asked for server-sent events.
  boolean stream();

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
}
