package dev.sluice.local;

import dev.sluice.daemon.DaemonHandler;
import dev.sluice.emulators.LambdaContext;
import dev.sluice.emulators.PostgresServer;
import dev.sluice.emulators.PostgresServer.Database;
import dev.sluice.telemetry.MetricSeries;
import io.micronaut.context.ApplicationContext;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
import java.util.UUID;

/// Instances of the daemon function in this process on one database, each ticked again and again by
/// a thread of its own, as if its schedule were always due.
final class DaemonCluster implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final byte[] TICK =
      "{\"id\":\"t\",\"source\":\"aws.scheduler\",\"detail-type\":\"Scheduled Event\"}"
          .getBytes(StandardCharsets.UTF_8);

  private static final class Server {
    static final PostgresServer POSTGRES = PostgresServer.start();
  }

  private final Database database = Server.POSTGRES.newDatabase();
  private final MetricSeries metrics = new MetricSeries();
  private final List<DaemonHandler> handlers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Path directory;
  private final Path models;
  private volatile boolean stopped;

  /// @param directory of its own
  DaemonCluster(Path directory, Path models) {
    this.directory = directory;
    this.models = models;
  }

  /// A new account with this many queued rows.
  ///
  /// @return their prompts, each of which begins with the name and a space
  List<String> queue(String account, int rows) {
    UUID id = UUID.nameUUIDFromBytes(account.getBytes(StandardCharsets.UTF_8));
    execute(
        "insert into account (id, name, status, created_at) values ('%s', '%s', 'active', now())"
            .formatted(id, account));
    return new QueuedRows(database.dataSource(), id, account).insert(0, rows);
  }

  /// Starts so many instances.
  ///
  /// @param more settings of each
  void start(int count, Map<String, Object> more) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("datasources.default.url", database.url());
    properties.put("datasources.default.username", Database.USER);
    properties.put("datasources.default.password", "");
    properties.put("sluice.database.pool-size", 4);
    properties.put("sluice.config", models.toString());
    properties.put("sluice.id-key", "a".repeat(43) + "=");
    properties.put("sluice.objects.directory", directory.toString());
    // Nothing is sent to it.
    properties.put("sluice.queue.url", "http://127.0.0.1:1/000000000000/completions");
    properties.put("sluice.queue.endpoint", "http://127.0.0.1:1");
    properties.putAll(more);
    for (int i = 0; i < count; i++) {
      DaemonHandler handler =
          new DaemonHandler(
              ApplicationContext.builder()
                  .deduceEnvironment(false)
                  .banner(false)
                  .properties(properties)
                  .singletons(metrics));
      handlers.add(handler);
      threads.add(Thread.ofPlatform().name("daemon-" + i).start(() -> tickUntilStopped(handler)));
    }
  }

  private void tickUntilStopped(DaemonHandler handler) {
    while (!stopped) {
      try {
        handler.handleRequest(
            new ByteArrayInputStream(TICK),
            new ByteArrayOutputStream(),
            LambdaContext.starting(
                Functions.DAEMON, UUID.randomUUID().toString(), null, Functions.DAEMON_LIMIT));
      } catch (IOException e) {
        throw new UncheckedIOException("A run of the daemon failed", e);
      }
    }
  }

  /// Waits until a query of one boolean says true.
  void await(String sql) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!text(sql).equals("t")) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "It did not happen within %s: %s; there are %s"
                .formatted(
                    LIMIT,
                    sql,
                    text(
                        """
                        select string_agg(line, ', ') from (
                          select state || ' ' || count(*) as line from request group by state) s
                        """)));
      }
    }
  }

  void awaitAllEnded() {
    await(
        """
        select pg_sleep(0.05) is not null and not exists (
          select from request where state in ('pending', 'claimed', 'processing'))
        """);
  }

  long count(String sql) {
    return Long.parseLong(text(sql));
  }

  String text(String sql) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return String.valueOf(rows.getString(1));
    } catch (SQLException e) {
      throw new AssertionError("The query failed: " + sql, e);
    }
  }

  private void execute(String sql) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new AssertionError("The statement failed: " + sql, e);
    }
  }

  /// Stops the runs as a planned stop does, and waits for their ends.
  void stop() {
    stopped = true;
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while daemons stopped", e);
      }
    }
    threads.clear();
  }

  @Override
  public void close() {
    stop();
    handlers.forEach(DaemonHandler::close);
  }
}
