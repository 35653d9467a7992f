package dev.sluice.gateway.testing;

import dev.sluice.request.Chain;
import dev.sluice.request.Request;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoredBody;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Requests in memory, some of which appear only after a number of looks.
public final class TestingRequestStore implements RequestStore {

  private final Map<ResponseId, Request> rows = new HashMap<>();
  private final Map<ResponseId, StoredBody> requestBodies = new HashMap<>();
  private final Map<ResponseId, StoredBody> responseBodies = new HashMap<>();
  private final Map<ResponseId, StoredBody> events = new HashMap<>();
  private Runnable onLook = () -> {};
  private int looks;

  public void put(Request request) {
    rows.put(request.data().id(), request);
  }

  public void putRequestBody(ResponseId id, String json) {
    requestBodies.put(id, body(json));
  }

  public void putRequestBody(ResponseId id, StoredBody body) {
    requestBodies.put(id, body);
  }

  public void putResponseBody(ResponseId id, String json) {
    responseBodies.put(id, body(json));
  }

  /// Runs before each look at a row or a body: this is how things arrive late.
  public void onLook(Runnable action) {
    onLook = action;
  }

  public List<Request> rows() {
    return List.copyOf(rows.values());
  }

  public int looks() {
    return looks;
  }

  private static StoredBody body(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return new StoredBody(bytes, "identity", "application/json", bytes.length, "");
  }

  @Override
  public Optional<Request> find(UUID accountId, ResponseId id) {
    return look(rows, id).filter(row -> row.data().accountId().equals(accountId));
  }

  @Override
  public Optional<StoredBody> requestBody(UUID accountId, ResponseId id) {
    return look(requestBodies, id);
  }

  @Override
  public Optional<StoredBody> responseBody(UUID accountId, ResponseId id) {
    return look(responseBodies, id);
  }

  public void putEvents(ResponseId id, byte[] frames) {
    events.put(id, new StoredBody(frames, "identity", "text/event-stream", frames.length, ""));
  }

  @Override
  public Optional<StoredBody> events(UUID accountId, ResponseId id) {
    return look(events, id);
  }

  @Override
  public Chain chain(UUID accountId, ResponseId head, int maxTurns, long maxBytes) {
    throw new UnsupportedOperationException("Chains are tested on PostgreSQL");
  }

  private <T> Optional<T> look(Map<ResponseId, T> from, ResponseId id) {
    looks++;
    onLook.run();
    return Optional.ofNullable(from.get(id));
  }

  @Override
  public List<Request> list(UUID accountId, Page page) {
    throw new UnsupportedOperationException("Lists are tested on PostgreSQL");
  }

  @Override
  public List<Attempt> attempts(UUID accountId, ResponseId id) {
    return List.of();
  }

  @Override
  public Optional<Request> cancel(UUID accountId, ResponseId id) {
    return find(accountId, id)
        .map(row -> {
          Request now =
              row instanceof Request.Queued queued ? queued.cancel(row.data().createdAt()) : row;
          rows.put(id, now);
          return now;
        });
  }

  @Override
  public Optional<Boolean> hasEnded(UUID accountId, ResponseId id) {
    return find(accountId, id).map(Request.Terminal.class::isInstance);
  }

  @Override
  public boolean delete(UUID accountId, ResponseId id) {
    return rows.remove(id) != null;
  }
}
