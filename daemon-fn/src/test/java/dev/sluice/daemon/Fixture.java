package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.PostgresServer;
import dev.sluice.emulators.PostgresServer.Database;
import dev.sluice.emulators.SqsQueues;
import dev.sluice.emulators.SqsServer;
import dev.sluice.request.NextRun;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.MetricSeries;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
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

  /// A function whose only model is served by nobody.
  DaemonHandler handler(Map<String, Object> more) {
    return handler(models("http://127.0.0.1:1"), more);
  }

  /// The models file of one model `m`, which upstreams at these addresses serve in turn.
  static String models(String... upstreams) {
    StringBuilder file = new StringBuilder("upstreams:\n");
    StringJoiner targets = new StringJoiner(", ", "[ ", " ]");
    for (int i = 0; i < upstreams.length; i++) {
      file.append(
          "  - { name: u%d, base_url: '%s/v1', protocol: chat, auth: none }\n"
              .formatted(i, upstreams[i]));
      targets.add("{ name: u%d, model: m%d }".formatted(i, i));
    }
    return file.append("models:\n  - { alias: m, upstreams: ")
        .append(targets)
        .append(", endpoints: [ chat, responses ], max_in_flight: 100 }\n")
        .toString();
  }

  /// A function that asks for calls at times of its own.
  DaemonHandler handler(Map<String, Object> more, NextRun nextRun) {
    return new DaemonHandler(builder(models("http://127.0.0.1:1"), more).singletons(nextRun));
  }

  /// @param models the models file
  DaemonHandler handler(String models, Map<String, Object> more) {
    return new DaemonHandler(builder(models, more));
  }

  private ApplicationContextBuilder builder(String models, Map<String, Object> more) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("sluice.config", write(models).toString());
    properties.put("sluice.id-key", "a".repeat(43) + "=");
    properties.put("datasources.default.url", database.url());
    properties.put("datasources.default.username", Database.DAEMON);
    properties.put("datasources.default.password", "");
    properties.put("sluice.database.connection-timeout", "1s");
    properties.put("sluice.objects.directory", objects.toString());
    properties.put("sluice.queue.url", queues.completions().url());
    properties.put("sluice.queue.endpoint", Servers.SQS.endpoint().toString());
    properties.putAll(more);
    return ApplicationContext.builder().properties(properties).singletons(metrics);
  }

  private Path write(String models) {
    try {
      return Files.writeString(objects.resolve("models.yaml"), models);
    } catch (IOException e) {
      throw new UncheckedIOException("The models file was not written", e);
    }
  }

  /// Queues chat completions for the model `m`, with their bodies.
  ///
  /// @param columns of the rows in SQL, beyond those that all have: `name = value` pairs
  List<String> insertPending(int count, Map<String, String> columns) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("tier", "'flex'");
    all.put("tier_class", "1");
    all.put("deadline", "now() + interval '1 hour'");
    all.putAll(columns);
    List<String> ids =
        query(
            """
            with rows as (
              insert into request (id, account_id, api_key_id, trace_id, endpoint, model, stream,
                background, store, lane, state, created_at, %s)
              select ('00000000' || substr(gen_random_uuid()::text, 9))::uuid, '%s', 'k', '',
                '/v1/chat/completions', 'm', false, false, true,
                'daemon', 'pending', now(), %s
              from generate_series(1, %d)
              returning id, account_id
            ), bodies as (
              insert into request_body (request_id, account_id, bytes, encoding, content_type, length,
                sha256)
              select id, account_id, b.bytes, 'identity', 'application/json', length(b.bytes),
                encode(sha256(b.bytes), 'hex')
              from rows, (select convert_to(
                '{"model":"m","messages":[{"role":"user","content":"hi"}]}', 'UTF8') as bytes) b
            )
            select id from rows
            """
                .formatted(
                    String.join(", ", all.keySet()),
                    ACCOUNT,
                    String.join(", ", all.values()),
                    count));
    assertThat(ids).hasSize(count);
    return ids;
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
