package dev.sluice.gateway.testing;

import dev.sluice.emulators.PostgresServer.Database;
import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.SqsQueues;
import dev.sluice.emulators.SqsServer;
import dev.sluice.emulators.TcpProxy;
import dev.sluice.emulators.TcpProxy.Direction;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.emulators.UpstreamRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import software.amazon.awssdk.services.sqs.model.Message;

/// Everything that a function on Lambda talks to, real and on this machine, each behind a proxy
/// that can end connections or fall silent while the function is, or is not, frozen.
public final class TestingServers implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  public final TcpProxy database;
  public final TcpProxy queue;
  public final TcpProxy upstream;
  public final ScriptedUpstream model;
  private final SqsServer sqs;
  private final SqsQueues queues;
  private final Database server;
  private final Map<String, Object> properties;

  /// @param script of the model server
  public TestingServers(Function<UpstreamRequest, UpstreamAnswer> script) {
    server = TestingDeployment.newDatabase();
    Map<String, String> settings = TestingDeployment.settings(server.url());
    int databasePort = URI.create(server.url().substring("jdbc:".length())).getPort();
    database = TcpProxy.start(databasePort);
    sqs = SqsServer.start();
    queues = SqsQueues.create(sqs.endpoint(), SqsQueues.Settings.TEST);
    queue = TcpProxy.start(sqs.endpoint().getPort());
    model = ScriptedUpstream.start(script);
    upstream = TcpProxy.start(model.port());
    properties = new HashMap<>(settings);
    properties.put(
        "datasources.default.url",
        server.url().replace(":" + databasePort + "/", ":" + database.port() + "/"));
    properties.put("sluice.database.pool-size", 1);
    properties.put("sluice.database.connection-timeout", "1s");
    properties.put("sluice.database.statement-timeout", "1s");
    properties.put("sluice.database.socket-timeout", "2s");
    properties.put("sluice.queue.url", queues.completions().url());
    properties.put("sluice.queue.endpoint", "http://127.0.0.1:" + queue.port());
    properties.put("sluice.queue.retry-for", "1s");
    properties.put("sluice.gateway.started-within", "2s");
    try {
      Files.writeString(
          Path.of(String.valueOf(settings.get("sluice.config"))),
          """
          upstreams:
            - name: demo
              base_url: http://127.0.0.1:%d/v1
              auth: none
              timeouts: { connect: 1s, first_byte: 1s, idle: 1s, total: 2s, stream_total: 20s }
          models:
            - alias: demo
              upstreams: [ { name: demo, model: echo } ]
              endpoints: [ chat ]
          """
              .formatted(upstream.port()));
    } catch (IOException e) {
      throw new UncheckedIOException("No models file", e);
    }
  }

  /// The settings of a function, as on Lambda: no connection is kept.
  public Map<String, Object> properties() {
    return Map.copyOf(properties);
  }

  private List<TcpProxy> proxies() {
    return List.of(database, queue, upstream);
  }

  /// Ends every connection of the function, as servers and translators do while it is frozen.
  public void endConnections() {
    proxies().forEach(TcpProxy::cut);
  }

  /// Stops forwarding in both directions; nobody is told.
  public static void fallSilent(TcpProxy proxy) {
    proxy.stall(Direction.TO_SERVER);
    proxy.stall(Direction.TO_CLIENT);
  }

  /// Waits until the database has no session.
  public void awaitNoSession() {
    server.awaitSessions(0, LIMIT);
  }

  /// How the server rests between two looks at its sessions.
  private static final String REST =
      """
      select pg_stat_clear_snapshot() is null, pg_sleep(0.01) is null
      """;

  private static final String BLOCKED =
      """
      select pid from pg_stat_activity
      where datname = current_database() and pg_backend_pid() = any (pg_blocking_pids(pid))
      """;

  /// Locks a table, starts a call, runs an action when a session waits for the table, and unlocks.
  public <T> FutureTask<T> whileItWaitsFor(String table, Callable<T> call, Runnable action) {
    FutureTask<T> running = new FutureTask<>(call);
    try (Connection barrier = connect()) {
      barrier.setAutoCommit(false);
      try (Statement statement = barrier.createStatement()) {
        var _ = statement.execute("lock table " + table + " in access exclusive mode");
      }
      var _ = Thread.ofVirtual().start(running);
      long end = System.nanoTime() + LIMIT.toNanos();
      while (query(barrier, BLOCKED).isEmpty()) {
        if (System.nanoTime() > end) {
          throw new IllegalStateException("Nobody waits for " + table);
        }
        var _ = query(barrier, REST);
      }
      action.run();
      barrier.rollback();
      return running;
    } catch (SQLException e) {
      throw new IllegalStateException("PostgreSQL did not lock " + table, e);
    }
  }

  /// The first column of a query past the function.
  public List<String> query(String sql) {
    try (Connection connection = connect()) {
      return query(connection, sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(server.url(), Database.USER, "");
  }

  private static List<String> query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> result = new ArrayList<>();
      while (rows.next()) {
        result.add(String.valueOf(rows.getString(1)));
      }
      return result;
    }
  }

  /// Takes so many records from the queue.
  public List<String> records(int count) {
    List<String> records = new ArrayList<>();
    long end = System.nanoTime() + LIMIT.toNanos();
    while (records.size() < count && System.nanoTime() < end) {
      for (Message message :
          queues
              .client()
              .receiveMessage(request ->
                  request
                      .queueUrl(queues.completions().url())
                      .maxNumberOfMessages(10)
                      .visibilityTimeout(600)
                      .waitTimeSeconds(1))
              .messages()) {
        records.add(message.body());
      }
    }
    if (records.size() != count || queues.counts(queues.completions()).visible() > 0) {
      throw new IllegalStateException(
          "Expected " + count + " records, got " + records.size() + " and more may be there");
    }
    return records;
  }

  @Override
  public void close() {
    proxies().forEach(TcpProxy::close);
    model.close();
    queues.close();
    sqs.close();
  }
}
