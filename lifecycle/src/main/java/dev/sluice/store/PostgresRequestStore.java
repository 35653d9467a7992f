package dev.sluice.store;

import dev.sluice.request.Chain;
import dev.sluice.request.PublicStatus;
import dev.sluice.request.Request;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.StoredBody;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Requests in PostgreSQL, as their owner reads and deletes them. Safe for use by several threads.
@Singleton
final class PostgresRequestStore implements RequestStore {

  /// Below and above every id: neither is a UUIDv7.
  private static final UUID FIRST = new UUID(0, 0);

  private static final UUID LAST = new UUID(-1, -1);

  private final Database database;

  PostgresRequestStore(Database database) {
    this.database = database;
  }

  private static final String FIND =
      """
      select id, account_id, api_key_id, endpoint, model, tier, stream, background, store, lane,
        attempt, crashes, not_before, deadline, daemon_id, claim_token, lease_until, state, outcome,
        created_at, recorded_at, started_at, finished_at, deleted_at,
        response_status, failure, client_disconnected, time_to_first_byte_ms, input_tokens,
        output_tokens, cached_tokens, reasoning_tokens
      from request
      where account_id = ? and id = ?
      """;

  @Override
  public Optional<Request> find(UUID accountId, ResponseId id) {
    return database.read(connection -> find(connection, accountId, id));
  }

  private static Optional<Request> find(Connection connection, UUID accountId, ResponseId id)
      throws SQLException {
    try (PreparedStatement statement = owned(connection, FIND, accountId, id);
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? Optional.of(RequestRows.read(rows)) : Optional.empty();
    }
  }

  private static final String REQUEST_BODY =
      """
      select b.bytes, b.encoding, b.content_type, b.length, b.sha256
      from request_body b
      join request r on r.id = b.request_id and r.deleted_at is null
      where b.account_id = ? and b.request_id = ?
      """;

  @Override
  public Optional<StoredBody> requestBody(UUID accountId, ResponseId id) {
    return body(REQUEST_BODY, accountId, id);
  }

  private static final String RESPONSE_BODY =
      """
      select b.bytes, b.encoding, b.content_type, b.length, b.sha256
      from response_body b
      join request r on r.id = b.request_id and r.deleted_at is null
      where b.account_id = ? and b.request_id = ?
      """;

  @Override
  public Optional<StoredBody> responseBody(UUID accountId, ResponseId id) {
    return body(RESPONSE_BODY, accountId, id);
  }

  private static final String EVENTS =
      """
      select e.bytes, e.encoding, e.content_type, e.length, e.sha256
      from response_event e
      join request r on r.id = e.response_id and r.deleted_at is null
      where e.account_id = ? and e.response_id = ? and e.first_sequence = 0
      """;

  @Override
  public Optional<StoredBody> events(UUID accountId, ResponseId id) {
    return body(EVENTS, accountId, id);
  }

  @Override
  public Chain chain(UUID accountId, ResponseId head, int maxTurns, long maxBytes) {
    return database.read(
        connection -> ChainStatements.read(connection, accountId, head, maxTurns, maxBytes));
  }

  private Optional<StoredBody> body(String sql, UUID accountId, ResponseId id) {
    return database.read(connection -> {
      try (PreparedStatement statement = owned(connection, sql, accountId, id);
          ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(RequestRows.body(rows)) : Optional.empty();
      }
    });
  }

  private static final String LIST_ASCENDING =
      """
      select id, account_id, api_key_id, endpoint, model, tier, stream, background, store, lane,
        attempt, crashes, not_before, deadline, daemon_id, claim_token, lease_until, state, outcome,
        created_at, recorded_at, started_at, finished_at, deleted_at,
        response_status, failure, client_disconnected, time_to_first_byte_ms, input_tokens,
        output_tokens, cached_tokens, reasoning_tokens
      from request
      where account_id = ? and id > ? and id < ? and store and deleted_at is null
        and (?::text is null or ?::text = case state
          when 'pending' then case when tier in ('default', 'priority')
            then 'in_progress' else 'queued' end
          when 'claimed' then 'in_progress'
          when 'processing' then 'in_progress'
          when 'completed' then outcome
          when 'failed' then 'failed'
          when 'canceled' then 'cancelled'
        end)
        and (?::text is null or model = ?::text)
        and (?::text is null or tier = ?::text)
      order by id
      limit ?
      """;

  private static final String LIST_DESCENDING =
      """
      select id, account_id, api_key_id, endpoint, model, tier, stream, background, store, lane,
        attempt, crashes, not_before, deadline, daemon_id, claim_token, lease_until, state, outcome,
        created_at, recorded_at, started_at, finished_at, deleted_at,
        response_status, failure, client_disconnected, time_to_first_byte_ms, input_tokens,
        output_tokens, cached_tokens, reasoning_tokens
      from request
      where account_id = ? and id > ? and id < ? and store and deleted_at is null
        and (?::text is null or ?::text = case state
          when 'pending' then case when tier in ('default', 'priority')
            then 'in_progress' else 'queued' end
          when 'claimed' then 'in_progress'
          when 'processing' then 'in_progress'
          when 'completed' then outcome
          when 'failed' then 'failed'
          when 'canceled' then 'cancelled'
        end)
        and (?::text is null or model = ?::text)
        and (?::text is null or tier = ?::text)
      order by id desc
      limit ?
      """;

  /// The cursors bound the page on both sides, and the page starts at the bound that comes first in
  /// its order.
  @Override
  public List<Request> list(UUID accountId, Page page) {
    return database.read(connection -> {
      String sql = page.ascending() ? LIST_ASCENDING : LIST_DESCENDING;
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        bind(statement, accountId, page);
        List<Request> requests = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            requests.add(RequestRows.read(rows));
          }
        }
        return List.copyOf(requests);
      }
    });
  }

  private static void bind(PreparedStatement statement, UUID accountId, Page page)
      throws SQLException {
    @Nullable ResponseId above = page.ascending() ? page.after() : page.before();
    @Nullable ResponseId below = page.ascending() ? page.before() : page.after();
    @Nullable PublicStatus status = page.status();
    @Nullable ServiceTier tier = page.tier();
    statement.setObject(1, accountId);
    statement.setObject(2, above == null ? FIRST : above.uuid());
    statement.setObject(3, below == null ? LAST : below.uuid());
    statement.setString(4, status == null ? null : status.text());
    statement.setString(5, status == null ? null : status.text());
    statement.setString(6, page.model());
    statement.setString(7, page.model());
    statement.setString(8, tier == null ? null : tier.text());
    statement.setString(9, tier == null ? null : tier.text());
    statement.setInt(10, page.limit());
  }

  private static final String ATTEMPTS =
      """
      select attempt_id, upstream, upstream_model, started_at, finished_at, status, error,
        input_tokens, output_tokens, cached_tokens, reasoning_tokens
      from request_attempt
      where account_id = ? and request_id = ?
      order by attempt, started_at, attempt_id
      """;

  @Override
  public List<Attempt> attempts(UUID accountId, ResponseId id) {
    return database.read(connection -> {
      try (PreparedStatement statement = owned(connection, ATTEMPTS, accountId, id);
          ResultSet rows = statement.executeQuery()) {
        List<Attempt> attempts = new ArrayList<>();
        while (rows.next()) {
          attempts.add(
              new Attempt(
                  rows.getObject("attempt_id", UUID.class),
                  rows.getString("upstream"),
                  rows.getString("upstream_model"),
                  RequestRows.instant(rows, "started_at"),
                  RequestRows.nullableInstant(rows, "finished_at"),
                  RequestRows.nullableInteger(rows, "status"),
                  RequestRows.usage(rows),
                  rows.getString("error")));
        }
        return List.copyOf(attempts);
      }
    });
  }

  private static final String MAKE_TOMBSTONE =
      """
      update request
      set deleted_at = now()
      where account_id = ? and id = ? and store and deleted_at is null
      """;

  private static final String DELETE_REQUEST_BODY =
      """
      delete from request_body where account_id = ? and request_id = ?
      """;

  private static final String DELETE_RESPONSE_BODY =
      """
      delete from response_body where account_id = ? and request_id = ?
      """;

  private static final String DELETE_EVENTS =
      """
      delete from response_event where account_id = ? and response_id = ?
      """;

  private static final String DELETE_IDEMPOTENCY_KEYS =
      """
      delete from idempotency_key where account_id = ? and response_id = ?
      """;

  /// Several statements, not one: the first takes the row's lock, and the snapshots of the others
  /// then see the bodies of a batch that committed while this one waited for the lock.
  @Override
  public boolean delete(UUID accountId, ResponseId id) {
    return database.write(connection -> {
      var _ = update(connection, CANCEL, accountId, id);
      if (update(connection, MAKE_TOMBSTONE, accountId, id) == 0) {
        return false;
      }
      var _ = update(connection, END_CALL, accountId, id);
      var _ = update(connection, DELETE_REQUEST_BODY, accountId, id);
      var _ = update(connection, DELETE_RESPONSE_BODY, accountId, id);
      var _ = update(connection, DELETE_EVENTS, accountId, id);
      var _ = update(connection, DELETE_IDEMPOTENCY_KEYS, accountId, id);
      return true;
    });
  }

  private static final String CANCEL =
      """
      update request
      set state = 'canceled', finished_at = now(), daemon_id = null, claim_token = null,
        lease_until = null
      where account_id = ? and id = ? and store and deleted_at is null
        and lane = 'daemon' and state in ('pending', 'claimed', 'processing')
      """;

  /// The run that makes the call adds what it cost once it has noticed. It may be killed before.
  private static final String END_CALL =
      """
      update request_attempt
      set finished_at = now(), error = 'canceled'
      where account_id = ? and request_id = ? and finished_at is null
      """;

  /// The row is read in the same transaction, whether or not this call moved it.
  @Override
  public Optional<Request> cancel(UUID accountId, ResponseId id) {
    return database.write(connection -> cancel(connection, accountId, id));
  }

  static Optional<Request> cancel(Connection connection, UUID accountId, ResponseId id)
      throws SQLException {
    if (update(connection, CANCEL, accountId, id) == 1) {
      var _ = update(connection, END_CALL, accountId, id);
    }
    return find(connection, accountId, id).filter(request -> request.data().isVisible());
  }

  private static final String HAS_ENDED =
      """
      select state in ('completed', 'failed', 'canceled') as ended
      from request
      where account_id = ? and id = ? and store and deleted_at is null
      """;

  @Override
  public Optional<Boolean> hasEnded(UUID accountId, ResponseId id) {
    return database.read(connection -> {
      try (PreparedStatement statement = owned(connection, HAS_ENDED, accountId, id);
          ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(rows.getBoolean("ended")) : Optional.empty();
      }
    });
  }

  private static int update(Connection connection, String sql, UUID accountId, ResponseId id)
      throws SQLException {
    try (PreparedStatement statement = owned(connection, sql, accountId, id)) {
      return statement.executeUpdate();
    }
  }

  private static PreparedStatement owned(
      Connection connection, String sql, UUID accountId, ResponseId id) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    statement.setObject(1, accountId);
    statement.setObject(2, id.uuid());
    return statement;
  }
}
