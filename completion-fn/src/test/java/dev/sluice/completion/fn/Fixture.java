package dev.sluice.completion.fn;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import dev.sluice.emulators.PostgresServer;
import dev.sluice.emulators.PostgresServer.Database;
import dev.sluice.telemetry.MetricSeries;
import io.micronaut.context.ApplicationContext;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// A migrated database of its own with one account, and the handlers that write to it. All fixtures
/// of a test JVM share one server.
final class Fixture {

  private static final class Server {
    static final PostgresServer INSTANCE = PostgresServer.start();
  }

  final Database database;
  final MetricSeries metrics = new MetricSeries();
  private final Path objects;

  private Fixture(Database database, Path objects) {
    this.database = database;
    this.objects = objects;
    execute(
        "insert into account (id, name, status, created_at) values ('%s', 'a', 'active', now())"
            .formatted(Records.ACCOUNT));
  }

  static Fixture create(Path objects) {
    return on(Server.INSTANCE, objects);
  }

  static Fixture on(PostgresServer server, Path objects) {
    return new Fixture(server.newDatabase(), objects);
  }

  CompletionHandler handler() {
    return handler(database.url());
  }

  CompletionHandler handler(String url) {
    return handler(url, objects, metrics);
  }

  /// A handler that keeps its connection: opening one is a transaction of the server's own.
  CompletionHandler keepingHandler() {
    return handler(database.url(), objects, metrics, Map.of("sluice.keep-connections", true));
  }

  /// Waits until the database has so many sessions.
  ///
  /// @throws AssertionError when it has others after 5 s: the pool would end one after 10 s
  void awaitSessions(int count) {
    database.awaitSessions(count, Duration.ofSeconds(5));
  }

  /// A handler that gives a statement one second, and a silent server two.
  CompletionHandler impatientHandler(String url) {
    return handler(
        url,
        objects,
        metrics,
        Map.of(
            "sluice.database.statement-timeout", "1s",
            "sluice.database.socket-timeout", "2s"));
  }

  static CompletionHandler handler(String url, Path objects, MetricSeries metrics) {
    return handler(url, objects, metrics, Map.of());
  }

  private static CompletionHandler handler(
      String url, Path objects, MetricSeries metrics, Map<String, Object> more) {
    Map<String, Object> properties = new HashMap<>(more);
    properties.put("datasources.default.url", url);
    properties.put("datasources.default.username", Database.COMPLETION);
    properties.put("datasources.default.password", "");
    properties.put("sluice.objects.directory", objects.toString());
    properties.put("sluice.database.connection-timeout", "1s");
    return new CompletionHandler(
        ApplicationContext.builder().properties(properties).singletons(metrics));
  }

  /// The n-th message has the id `m<n>`, counted from zero.
  static SQSEvent event(List<? extends @Nullable String> bodies) {
    return event(bodies, 1);
  }

  static SQSEvent event(List<? extends @Nullable String> bodies, int receiveCount) {
    List<SQSMessage> messages = new ArrayList<>();
    for (@Nullable String body : bodies) {
      SQSMessage message = new SQSMessage();
      message.setMessageId("m" + messages.size());
      message.setBody(body);
      message.setAttributes(Map.of("ApproximateReceiveCount", Integer.toString(receiveCount)));
      messages.add(message);
    }
    SQSEvent event = new SQSEvent();
    event.setRecords(messages);
    return event;
  }

  static List<String> failures(SQSBatchResponse response) {
    return response.getBatchItemFailures().stream()
        .map(BatchItemFailure::getItemIdentifier)
        .toList();
  }

  void execute(String sql) {
    execute(database, sql);
  }

  static void execute(Database database, String sql) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      var _ = statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /// The rows of a query as text, columns separated by a bar, nulls as `-`.
  List<String> query(String sql) {
    try (Connection connection = database.dataSource().getConnection()) {
      return query(connection, sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  static List<String> query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
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
    }
  }

  long count(String table) {
    return Long.parseLong(query("select count(*) from " + table).getFirst());
  }

  /// All that records made, but for the database's own times.
  List<String> everything() {
    List<String> all = new ArrayList<>();
    all.addAll(query("select to_jsonb(r) - 'recorded_at' from request r order by id"));
    all.addAll(query("select to_jsonb(b) from request_body b order by request_id"));
    all.addAll(query("select to_jsonb(b) from response_body b order by request_id"));
    all.addAll(query("select to_jsonb(a) from request_attempt a order by request_id, attempt_id"));
    all.addAll(query("select to_jsonb(q) - 'first_seen_at' from quarantine q order by sha256"));
    return all;
  }
}
