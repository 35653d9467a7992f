package dev.sluice.daemon;

import dev.sluice.emulators.PostgresServer;
import dev.sluice.emulators.PostgresServer.Database;
import dev.sluice.emulators.SqsQueues;
import dev.sluice.emulators.SqsServer;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.MetricSeries;
import io.micronaut.context.ApplicationContext;
import java.net.URI;
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
import software.amazon.awssdk.services.sqs.model.Message;

/// A migrated database of its own with one account, an empty queue, and handlers that use both. All
/// fixtures of a test JVM share their servers, so only one may be open at a time.
final class Fixture implements AutoCloseable {

  private static final String ACCOUNT = "00000000-0000-7000-8000-00000000000a";

  private static final class Servers {
    static final PostgresServer POSTGRES = PostgresServer.start();
    static final SqsServer SQS = SqsServer.start();
  }

  final MetricSeries metrics = new MetricSeries();
  final Database database = Servers.POSTGRES.newDatabase();
  private final SqsQueues queues =
      SqsQueues.create(Servers.SQS.endpoint(), new SqsQueues.Settings(Duration.ofSeconds(30), 100));
  private final Path objects;

  private Fixture(Path objects) {
    this.objects = objects;
    execute(
        "insert into account (id, name, status, created_at) values ('%s', 'a', 'active', now())"
            .formatted(ACCOUNT));
    var _ = received();
  }

  static Fixture create(Path objects) {
    return new Fixture(objects);
  }

  DaemonHandler handler(Map<String, Object> more) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("datasources.default.url", database.url());
    properties.put("datasources.default.username", Database.USER);
    properties.put("datasources.default.password", "");
    properties.put("sluice.database.connection-timeout", "1s");
    properties.put("sluice.objects.directory", objects.toString());
    properties.put("sluice.queue.url", queues.completions().url());
    properties.put("sluice.queue.endpoint", Servers.SQS.endpoint().toString());
    properties.putAll(more);
    return new DaemonHandler(
        ApplicationContext.builder().properties(properties).singletons(metrics));
  }

  /// Waits until the database has no session.
  ///
  /// @throws AssertionError when one is still there after 5 s: the pool would end it after 10 s
  void awaitNoSession() {
    database.awaitSessions(0, Duration.ofSeconds(5));
  }

  String queueUrl() {
    return queues.completions().url();
  }

  URI queueEndpoint() {
    return Servers.SQS.endpoint();
  }

  /// Takes everything off the queue, and answers the bodies.
  List<String> received() {
    List<String> bodies = new ArrayList<>();
    while (true) {
      List<Message> messages =
          queues
              .client()
              .receiveMessage(r -> r.queueUrl(queueUrl()).maxNumberOfMessages(10))
              .messages();
      if (messages.isEmpty()) {
        return bodies;
      }
      for (Message message : messages) {
        bodies.add(message.body());
        var _ =
            queues
                .client()
                .deleteMessage(r -> r.queueUrl(queueUrl()).receiptHandle(message.receiptHandle()));
      }
    }
  }

  /// Inserts realtime requests whose gateway has not said how they ended.
  void insertProcessing(int count, Duration age) {
    execute(
        """
        insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
          background, store, lane, state, created_at, recorded_at, started_at)
        select gen_random_uuid(), '%s', 'k', '', '/v1/chat/completions', 'm', 'default', false,
          false, true, 'gateway', 'processing', now(), now() - interval '%d seconds', now()
        from generate_series(1, %d)
        """
            .formatted(ACCOUNT, age.toSeconds(), count));
  }

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

  /// The sum over all series of a metric.
  static double total(MetricSeries metrics, Metric metric) {
    return metrics.snapshot().entrySet().stream()
        .filter(series -> series.getKey().metric() == metric)
        .mapToDouble(series -> series.getValue().sum())
        .sum();
  }

  @Override
  public void close() {
    queues.close();
  }
}
