package dev.sluice.store;

import dev.sluice.request.FailureReason;
import dev.sluice.request.LostGateways;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.wire.FailureJson;
import dev.sluice.wire.Json;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/// Ends lost realtime requests in PostgreSQL. Safe for use by several threads.
@Singleton
final class PostgresLostGateways implements LostGateways {

  private static final FailureReason LOST = new FailureReason.GatewayLost();
  private static final String LOST_JSON =
      new String(Json.writeAscii(FailureJson.write(LOST)), StandardCharsets.US_ASCII);

  /// PostgreSQL documentation, appendix A: `query_canceled`, which a statement time-out ends in.
  private static final String QUERY_CANCELED = "57014";

  private final Database database;

  PostgresLostGateways(Database database) {
    this.database = database;
  }

  /// Takes the oldest rows from their index and locks them there, skipping what others hold. It
  /// waits for no row, so it needs not lock in the order of ids to be safe from deadlocks. The ids
  /// go through an array, so that the rows are found by their key whatever the planner believes
  /// about the page's size.
  static final String PRESUME_LOST =
      """
      with lost as materialized (
        select id
        from request
        where lane = 'gateway' and state = 'processing'
          and recorded_at < now() - make_interval(secs => ?)
        order by recorded_at, id
        limit ?
        for update skip locked
      ), ended as (
        update request
        set state = 'failed', finished_at = now(), failure = ?::json, failure_label = ?
        where id = any (array(select id from lost))
          and lane = 'gateway' and state = 'processing'
        returning id
      )
      select now() as now, array(select id from ended order by id) as ids
      """;

  @Override
  public Page presumeLost(Duration age, int limit, Duration within) {
    try {
      return database.write(within, connection -> presumeLost(connection, age, limit));
    } catch (StoreUnavailableException e) {
      if (wasCanceled(e)) {
        return new Page.TooSlow();
      }
      throw e;
    }
  }

  private static boolean wasCanceled(StoreUnavailableException e) {
    return Database.sqlException(e)
        .map(SQLException::getSQLState)
        .filter(QUERY_CANCELED::equals)
        .isPresent();
  }

  private static Page presumeLost(Connection connection, Duration age, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(PRESUME_LOST)) {
      statement.setDouble(1, age.toMillis() / 1e3);
      statement.setInt(2, limit);
      statement.setString(3, LOST_JSON);
      statement.setString(4, LOST.label());
      try (ResultSet rows = statement.executeQuery()) {
        if (!rows.next()) {
          throw new IllegalStateException("A query of one row answered none");
        }
        return new Page.Ended(ids(rows.getArray("ids")), RequestRows.instant(rows, "now"));
      }
    }
  }

  private static List<ResponseId> ids(Array array) throws SQLException {
    return Arrays.stream((UUID[]) array.getArray()).map(ResponseId::new).toList();
  }
}
