package dev.sluice.store;

import dev.sluice.request.IdempotencyStore;
import dev.sluice.request.RequestQueue.RepeatKey;
import dev.sluice.request.ResponseId;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/// Idempotency keys in PostgreSQL. Safe for use by several threads.
@Singleton
final class PostgresIdempotencyStore implements IdempotencyStore {

  private final Database database;

  PostgresIdempotencyStore(Database database) {
    this.database = database;
  }

  /// Always updates, so that it always answers: a statement that met a claim and left it alone
  /// would return no row, and a second one might no longer find it.
  ///
  /// It also removes a few keys of others whose time is over, so that the table needs nobody else
  /// to keep it small; those that somebody works with are left for the next claim.
  private static final String CLAIM =
      """
      with removed as (
        delete from idempotency_key
        where (account_id, key) in (
          select account_id, key
          from idempotency_key
          where expires_at <= now() and not (account_id = ? and key = ?)
          order by expires_at
          limit 10
          for update skip locked)
      )
      insert into idempotency_key as held (account_id, key, body_hash, response_id, expires_at)
      values (?, ?, ?, ?, now() + interval '1 day')
      on conflict (account_id, key) do update
      set body_hash = case when held.expires_at <= now()
          then excluded.body_hash else held.body_hash end,
        response_id = case when held.expires_at <= now()
          then excluded.response_id else held.response_id end,
        created_at = case when held.expires_at <= now()
          then excluded.created_at else held.created_at end,
        expires_at = case when held.expires_at <= now()
          then excluded.expires_at else held.expires_at end
      returning body_hash, response_id
      """;

  @Override
  public Claim claim(UUID accountId, String key, String bodyHash, ResponseId id) {
    return database.write(connection -> {
      try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
        statement.setObject(1, accountId);
        statement.setString(2, key);
        statement.setObject(3, accountId);
        statement.setString(4, key);
        statement.setString(5, bodyHash);
        statement.setObject(6, id.uuid());
        try (ResultSet rows = statement.executeQuery()) {
          if (!rows.next()) {
            throw new IllegalStateException("A claim of a key answered nothing");
          }
          return read(rows);
        }
      }
    });
  }

  private static final String FIND =
      """
      select body_hash, response_id
      from idempotency_key
      where account_id = ? and key = ? and expires_at > now()
      """;

  @Override
  public Optional<Claim> find(UUID accountId, String key) {
    return database.read(connection -> {
      try (PreparedStatement statement = connection.prepareStatement(FIND)) {
        statement.setObject(1, accountId);
        statement.setString(2, key);
        try (ResultSet rows = statement.executeQuery()) {
          return rows.next() ? Optional.of(read(rows)) : Optional.empty();
        }
      }
    });
  }

  private static Claim read(ResultSet rows) throws SQLException {
    return new Claim(
        rows.getString("body_hash"), new ResponseId(rows.getObject("response_id", UUID.class)));
  }

  /// Removes a few keys whose time is over as well: these keys are many, live briefly, and their
  /// clients may be the only ones.
  private static final String REMEMBER =
      """
      with removed as (
        delete from idempotency_key
        where (account_id, key) in (
          select account_id, key
          from idempotency_key
          where expires_at <= now() and not (account_id = ? and key = ?)
          order by expires_at
          limit 10
          for update skip locked)
      )
      insert into idempotency_key (account_id, key, body_hash, response_id, expires_at)
      values (?, ?, ?, ?, now() + make_interval(secs => ?))
      on conflict (account_id, key) do update
      set body_hash = excluded.body_hash, response_id = excluded.response_id,
        created_at = excluded.created_at, expires_at = excluded.expires_at
      """;

  /// Lets a key stand for a request from now on, whatever it stood for. Waits for nothing else once
  /// it has the key, so it is safe at the end of any transaction.
  static void remember(Connection connection, UUID accountId, RepeatKey key, ResponseId id)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(REMEMBER)) {
      statement.setObject(1, accountId);
      statement.setString(2, key.key());
      statement.setObject(3, accountId);
      statement.setString(4, key.key());
      statement.setString(5, key.bodyHash());
      statement.setObject(6, id.uuid());
      statement.setDouble(7, key.lifetime().toMillis() / 1e3);
      var _ = statement.executeUpdate();
    }
  }

  private static final String TAKE_OVER =
      """
      update idempotency_key
      set body_hash = ?, response_id = ?, created_at = now(), expires_at = now() + interval '1 day'
      where account_id = ? and key = ? and response_id = ?
      """;

  @Override
  public boolean takeOver(
      UUID accountId, String key, ResponseId from, String bodyHash, ResponseId id) {
    return database.write(connection -> {
      try (PreparedStatement statement = connection.prepareStatement(TAKE_OVER)) {
        statement.setString(1, bodyHash);
        statement.setObject(2, id.uuid());
        statement.setObject(3, accountId);
        statement.setString(4, key);
        statement.setObject(5, from.uuid());
        return statement.executeUpdate() == 1;
      }
    });
  }

  private static final String RELEASE =
      """
      delete from idempotency_key where account_id = ? and key = ? and response_id = ?
      """;

  @Override
  public void release(UUID accountId, String key, ResponseId id) {
    var _ =
        database.write(connection -> {
          try (PreparedStatement statement = connection.prepareStatement(RELEASE)) {
            statement.setObject(1, accountId);
            statement.setString(2, key);
            statement.setObject(3, id.uuid());
            return statement.executeUpdate();
          }
        });
  }
}
