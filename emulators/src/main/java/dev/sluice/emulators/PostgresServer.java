package dev.sluice.emulators;

import dev.sluice.migrations.DatabaseRoles;
import dev.sluice.migrations.Schema;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// A real PostgreSQL 17 of this process, with fsync and synchronous_commit on.
///
/// Tests clone databases from a migrated template, which costs a fraction of a migration. Safe for
/// use by several threads.
public final class PostgresServer implements AutoCloseable {

  private static final String TEMPLATE = "sluice_template";
  private static final String PID_FILE = "postmaster.pid";

  /// Of all gateways of this server together.
  private static final int GATEWAY_SESSIONS = 80;

  private final @Nullable Path dataDirectory;
  private final AtomicInteger databases = new AtomicInteger();
  private volatile EmbeddedPostgres server;

  private PostgresServer(EmbeddedPostgres server, @Nullable Path dataDirectory) {
    this.server = server;
    this.dataDirectory = dataDirectory;
  }

  /// A server with an empty data directory of its own, removed at the end.
  public static PostgresServer start() {
    return start(configured(), null);
  }

  /// A server with an empty data directory of its own that does nothing by itself (no autovacuum),
  /// so that its commit counters move only with its clients.
  public static PostgresServer startQuiet() {
    return start(configured().setServerConfig("autovacuum", "off"), null);
  }

  /// A server whose data stays in this directory and is there again at the next start. One that a
  /// killed process left running in this very directory is stopped before.
  ///
  /// @param port the port to listen on, 0 for any free one
  public static PostgresServer start(Path dataDirectory, int port) {
    stopLeftOver(dataDirectory);
    return start(durable(dataDirectory, port), dataDirectory);
  }

  /// A process that was killed leaves its server behind, which still holds the data. A machine that
  /// went down leaves only the file of one, perhaps without content.
  private static void stopLeftOver(Path dataDirectory) {
    Optional<ProcessHandle> running = postmaster(dataDirectory);
    if (running.isPresent()) {
      signal(running.get(), "-INT");
    } else if (misleads(dataDirectory)) {
      removePidFile(dataDirectory);
    }
  }

  /// The running server of this very directory. Its file alone proves nothing: a copy of the
  /// directory has it too, and the number may belong to another process by now.
  private static Optional<ProcessHandle> postmaster(Path dataDirectory) {
    return pid(dataDirectory).stream()
        .mapToObj(ProcessHandle::of)
        .flatMap(Optional::stream)
        .filter(process -> process.info().command().orElse("").endsWith("postgres"))
        .filter(process -> serves(process, dataDirectory))
        .findFirst();
  }

  /// Whether PostgreSQL would refuse to start because of a file that tells of no server of this
  /// directory. A number that no process has is left to it: it looks first whether processes of the
  /// old server still have their memory.
  private static boolean misleads(Path dataDirectory) {
    OptionalLong pid = pid(dataDirectory);
    return pid.isEmpty() || ProcessHandle.of(pid.getAsLong()).isPresent();
  }

  /// The number in the server's file; empty without the file and when no number is in it.
  private static OptionalLong pid(Path dataDirectory) {
    Path file = dataDirectory.resolve(PID_FILE);
    try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
      return lines
          .limit(1)
          .map(String::strip)
          .filter(line -> line.matches("[0-9]{1,18}"))
          .mapToLong(Long::parseLong)
          .findFirst();
    } catch (NoSuchFileException _) {
      return OptionalLong.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("The file " + file + " cannot be read", e);
    }
  }

  /// A server works in its data directory, whatever that is called now. Where the system does not
  /// show that, its argument `-D` has to do.
  private static boolean serves(ProcessHandle postgres, Path dataDirectory) {
    Path workingDirectory = Path.of("/proc", String.valueOf(postgres.pid()), "cwd");
    try {
      return Files.isSameFile(workingDirectory, dataDirectory);
    } catch (IOException _) {
      List<String> arguments = List.of(postgres.info().arguments().orElse(new String[0]));
      int value = arguments.indexOf("-D") + 1;
      return value > 0
          && value < arguments.size()
          && Path.of(arguments.get(value)).toAbsolutePath().equals(dataDirectory.toAbsolutePath());
    }
  }

  private static void removePidFile(Path dataDirectory) {
    try {
      Files.deleteIfExists(dataDirectory.resolve(PID_FILE));
    } catch (IOException e) {
      throw new UncheckedIOException("The file of a server that is gone stays", e);
    }
  }

  /// Sends a signal with which a server ends, and waits for its end.
  private static void signal(ProcessHandle process, String signal) {
    try {
      int status =
          new ProcessBuilder("kill", signal, String.valueOf(process.pid())).start().waitFor();
      if (status != 0) {
        throw new IllegalStateException("PostgreSQL got no signal: kill ended with " + status);
      }
      process.onExit().join();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL got no signal", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while PostgreSQL went", e);
    }
  }

  /// Without a shutdown hook: who keeps data also decides when the server stops.
  private static EmbeddedPostgres.Builder durable(Path dataDirectory, int port) {
    return configured()
        .setDataDirectory(dataDirectory)
        .setCleanDataDirectory(false)
        .setRegisterShutdownHook(false)
        .setPort(port);
  }

  private static EmbeddedPostgres.Builder configured() {
    return EmbeddedPostgres.builder()
        .setServerConfig("fsync", "on")
        .setServerConfig("full_page_writes", "on")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("max_connections", "100")
        .setPGStartupWait(Duration.ofSeconds(60));
  }

  private static PostgresServer start(
      EmbeddedPostgres.Builder builder, @Nullable Path dataDirectory) {
    try {
      return new PostgresServer(builder.start(), dataDirectory);
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL did not start", e);
    }
  }

  /// A new database with the newest schema, for one test.
  public Database newDatabase() {
    ensureTemplate();
    String name = "test_" + databases.incrementAndGet();
    execute("create database " + name + " template " + TEMPLATE);
    return database(name);
  }

  /// The database of this name, made and migrated when it is missing.
  public Database migratedDatabase(String name) {
    if (!exists(name)) {
      execute("create database " + name);
    }
    migrate(name);
    return database(name);
  }

  private synchronized void ensureTemplate() {
    if (!exists(TEMPLATE)) {
      execute("create database " + TEMPLATE);
      migrate(TEMPLATE);
    }
  }

  private void migrate(String database) {
    DataSource owned = server.getDatabase("postgres", database);
    var _ = Schema.migrate(owned);
    DatabaseRoles.ensure(owned, GATEWAY_SESSIONS);
  }

  private Database database(String name) {
    return new Database(
        "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + name,
        server.getDatabase("postgres", name));
  }

  private boolean exists(String database) {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        var statement =
            connection.prepareStatement("select 1 from pg_database where datname = ?")) {
      statement.setString(1, database);
      try (var rows = statement.executeQuery()) {
        return rows.next();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("PostgreSQL did not list its databases", e);
    }
  }

  private void execute(String sql) {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException("PostgreSQL refused: " + sql, e);
    }
  }

  /// Crashes a server of [#start(Path, int)]: all its processes get SIGKILL, as when their
  /// machine's memory is short. What was committed is there again after [#restart].
  public void crash() {
    postmaster(directory())
        .ifPresent(postmaster -> {
          // First the one that would start the others again; they are asked for before, while it
          // can still be told whose they are. All must be gone before a restart may begin.
          List<ProcessHandle> backends = postmaster.descendants().toList();
          kill(postmaster);
          backends.forEach(PostgresServer::kill);
          postmaster.onExit().join();
          backends.forEach(backend -> backend.onExit().join());
        });
  }

  private static void kill(ProcessHandle process) {
    // False when it has gone by itself meanwhile, as backends do without their postmaster.
    var _ = UnixSignal.KILL.send(process);
  }

  /// Whether a server of [#start(Path, int)] still has its first process, whoever may have ended
  /// it.
  public boolean isRunning() {
    return postmaster(directory()).isPresent();
  }

  /// Starts a crashed server again, on the same port.
  public void restart() {
    int port = server.getPort();
    close();
    try {
      server = durable(directory(), port).start();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL did not start again", e);
    }
  }

  private Path directory() {
    if (dataDirectory == null) {
      throw new IllegalStateException("Only a server with a data directory of its own can crash");
    }
    return dataDirectory;
  }

  /// Ends every connection to this database but the asking one.
  ///
  /// @return how many were ended
  public int terminateConnections(Database database) {
    String sql =
        """
        select pg_terminate_backend(pid)
        from pg_stat_activity
        where datname = ? and pid <> pg_backend_pid()
        """;
    try (Connection connection = server.getPostgresDatabase().getConnection();
        var statement = connection.prepareStatement(sql)) {
      statement.setString(1, database.name());
      int ended = 0;
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          ended++;
        }
      }
      return ended;
    } catch (SQLException e) {
      throw new IllegalStateException("PostgreSQL did not end its connections", e);
    }
  }

  public int port() {
    return server.getPort();
  }

  /// Stops the server; the data of [#start(Path, int)] stays.
  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL did not stop", e);
    }
  }

  /// One database of the server.
  ///
  /// @param url without credentials. The owner is `postgres`, the functions have roles of their
  ///   own, and all passwords are empty
  public record Database(String url, DataSource dataSource) {

    public static final String USER = "postgres";
    public static final String GATEWAY = DatabaseRoles.GATEWAY;
    public static final String COMPLETION = DatabaseRoles.COMPLETION;
    public static final String DAEMON = DatabaseRoles.DAEMON;

    /// The name of the database in its server.
    public String name() {
      return url.substring(url.lastIndexOf('/') + 1);
    }

    /// Counts after a moment in which a session that was closed can end.
    private static final String SESSIONS =
        """
        select count(*) from pg_stat_activity, (select pg_sleep(0.01)) as moment
        where datname = ?
        """;

    /// Waits until this database has so many sessions; a client has no other way to see the end of
    /// its own. Asks from another database, so that it neither counts nor commits in this one.
    ///
    /// @throws AssertionError when it has another number of them after the limit
    public void awaitSessions(int count, Duration limit) {
      String elsewhere = url.substring(0, url.lastIndexOf('/')) + "/postgres";
      try (Connection connection = DriverManager.getConnection(elsewhere, USER, "");
          var statement = connection.prepareStatement(SESSIONS)) {
        statement.setString(1, name());
        long end = System.nanoTime() + limit.toNanos();
        for (int seen = single(statement); seen != count; seen = single(statement)) {
          if (System.nanoTime() > end) {
            throw new AssertionError("Not " + count + " sessions after " + limit + " but " + seen);
          }
        }
      } catch (SQLException e) {
        throw new IllegalStateException("PostgreSQL did not count its sessions", e);
      }
    }

    private static int single(PreparedStatement statement) throws SQLException {
      try (var rows = statement.executeQuery()) {
        if (!rows.next()) {
          throw new SQLException("No row");
        }
        return rows.getInt(1);
      }
    }
  }
}
