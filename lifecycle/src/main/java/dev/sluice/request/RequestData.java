package dev.sluice.request;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What is true of a request in every state: the narrow row without its state columns and without
/// bodies.
///
/// @param model the alias that the client asked for
/// @param createdAt when the gateway accepted it, by the gateway's clock; for display and order
///   only
/// @param recordedAt when the row was inserted, by the database's clock
/// @param deleted the owner deleted it: the row is a tombstone and does not exist for clients
public record RequestData(
    ResponseId id,
    UUID accountId,
    String apiKeyId,
    Endpoint endpoint,
    String model,
    ServiceTier tier,
    boolean stream,
    boolean background,
    boolean store,
    Instant createdAt,
    Instant recordedAt,
    @Nullable Instant startedAt,
    boolean clientDisconnected,
    boolean deleted) {

  /// The same as it is asked of an upstream, which may stream what the client gets whole.
  public RequestData withStream(boolean isStreamed) {
    return new RequestData(
        id,
        accountId,
        apiKeyId,
        endpoint,
        model,
        tier,
        isStreamed,
        background,
        store,
        createdAt,
        recordedAt,
        startedAt,
        clientDisconnected,
        deleted);
  }

  /// The same with its upstream call begun.
  RequestData startedAt(Instant at) {
    return new RequestData(
        id,
        accountId,
        apiKeyId,
        endpoint,
        model,
        tier,
        stream,
        background,
        store,
        createdAt,
        recordedAt,
        at,
        clientDisconnected,
        deleted);
  }

  /// False for a tombstone and for a request that its owner asked not to store.
  public boolean isVisible() {
    return store && !deleted;
  }
}
