package dev.sluice.store;

import dev.sluice.account.Account;
import dev.sluice.account.AccountStore;
import dev.sluice.completion.CompletionStore;
import dev.sluice.emulators.PostgresServer;
import dev.sluice.emulators.PostgresServer.Database;
import dev.sluice.request.Backlog;
import dev.sluice.request.ClaimStore;
import dev.sluice.request.DaemonRegistry;
import dev.sluice.request.IdempotencyStore;
import dev.sluice.request.LostGateways;
import dev.sluice.request.RequestQueue;
import dev.sluice.request.RequestStore;
import dev.sluice.request.Retention;
import dev.sluice.telemetry.MetricSeries;
import io.micronaut.context.ApplicationContext;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.UUID;

/// A migrated database of its own, with two accounts, and the stores as the functions get them. All
/// fixtures of a test JVM share one server.
final class StoreFixture implements AutoCloseable {

  static final UUID ACCOUNT = UUID.fromString("00000000-0000-7000-8000-00000000000a");
  static final UUID OTHER_ACCOUNT = UUID.fromString("00000000-0000-7000-8000-00000000000b");

  private static final class Server {
    static final PostgresServer INSTANCE = PostgresServer.start();
  }

  final MetricSeries metrics = new MetricSeries();
  final Database database;
  private final ApplicationContext context;

  private StoreFixture(Database database) {
    this.database = database;
    Map<String, Object> properties = new HashMap<>(properties(database));
    properties.put("sluice.database.pool-size", 4);
    properties.put("sluice.database.statement-timeout", "5s");
    properties.put("sluice.database.socket-timeout", "6s");
    context =
        ApplicationContext.builder().properties(properties).singletons(metrics).build().start();
    for (UUID account : List.of(ACCOUNT, OTHER_ACCOUNT)) {
      accounts().create(new Account(account, "test", true, null, Instant.EPOCH));
    }
  }

  static StoreFixture create() {
    return new StoreFixture(newDatabase());
  }

  static Database newDatabase() {
    return Server.INSTANCE.newDatabase();
  }

  /// What a context needs to use this database.
  static Map<String, String> properties(Database database) {
    return Map.of(
        "datasources.default.url",
        database.url(),
        "datasources.default.username",
        Database.DAEMON,
        "datasources.default.password",
        "");
  }

  CompletionStore completions() {
    return context.getBean(CompletionStore.class);
  }

  Backlog backlog() {
    return context.getBean(Backlog.class);
  }

  RequestStore requests() {
    return context.getBean(RequestStore.class);
  }

  ClaimStore claims() {
    return context.getBean(ClaimStore.class);
  }

  RequestQueue queue() {
    return context.getBean(RequestQueue.class);
  }

  IdempotencyStore idempotency() {
    return context.getBean(IdempotencyStore.class);
  }

  LostGateways lostGateways() {
    return context.getBean(LostGateways.class);
  }

  Retention retention() {
    return context.getBean(Retention.class);
  }

  DaemonRegistry daemons() {
    return context.getBean(DaemonRegistry.class);
  }

  AccountStore accounts() {
    return context.getBean(AccountStore.class);
  }

  dev.sluice.store.Database transactions() {
    return context.getBean(dev.sluice.store.Database.class);
  }

  /// Runs statements past the stores.
  void execute(String sql) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      var _ = statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /// The rows of a query as text, columns separated by a bar, nulls as `-`.
  List<String> query(String sql) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> result = new ArrayList<>();
      while (rows.next()) {
        StringJoiner line = new StringJoiner("|");
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          String value = rows.getString(i);
          line.add(value == null ? "-" : value);
        }
        result.add(line.toString());
      }
      return result;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /// All that records made, but for the time of the insert.
  List<String> everything() {
    List<String> all = new ArrayList<>();
    all.addAll(query("select to_jsonb(r) - 'recorded_at' from request r order by id"));
    all.addAll(query("select to_jsonb(b) from request_body b order by request_id"));
    all.addAll(query("select to_jsonb(b) from response_body b order by request_id"));
    all.addAll(query("select to_jsonb(e) from response_event e order by response_id"));
    all.addAll(query("select to_jsonb(a) from request_attempt a order by request_id, attempt_id"));
    return all;
  }

  long count(String table) {
    return Long.parseLong(query("select count(*) from " + table).getFirst());
  }

  @Override
  public void close() {
    context.close();
  }
}
