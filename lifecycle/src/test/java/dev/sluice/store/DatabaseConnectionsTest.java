package dev.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.emulators.PostgresServer;
import dev.sluice.emulators.Signal;
import dev.sluice.emulators.TcpProxy;
import dev.sluice.emulators.TcpProxy.Direction;
import dev.sluice.request.StoreUnavailableException;
import io.micronaut.context.ApplicationContext;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DatabaseConnectionsTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private PostgresServer.Database server;
  private TcpProxy proxy;
  private ApplicationContext context;
  private Database database;
  private DatabaseConnections connections;

  @BeforeEach
  void start() {
    server = StoreFixture.newDatabase();
    proxy = TcpProxy.start(port(server.url()));
    Map<String, Object> properties = new HashMap<>(StoreFixture.properties(server));
    properties.put(
        "datasources.default.url",
        server.url().replace(":" + port(server.url()) + "/", ":" + proxy.port() + "/"));
    properties.put("sluice.database.connection-timeout", "1s");
    properties.put("sluice.database.statement-timeout", "1s");
    properties.put("sluice.database.socket-timeout", "2s");
    context = ApplicationContext.builder().properties(properties).build().start();
    database = context.getBean(Database.class);
    connections = context.getBean(DatabaseConnections.class);
  }

  @AfterEach
  void stop() {
    context.close();
    proxy.close();
  }

  @Test
  void noConnectionIsLeftOnceTheyAreReleased() {
    var _ = session();
    assertThat(connections.count()).isEqualTo(1);

    connections.release();

    assertThat(connections.count()).isZero();
    server.awaitSessions(0, LIMIT);
    assertThat(session()).as("the next use opens a new one").isPositive();
  }

  @Test
  void aReleasedConnectionIsNeverUsedAgain() {
    for (int i = 0; i < 20; i++) {
      int before = session();

      connections.release();

      assertThat(session()).isNotEqualTo(before);
    }
  }

  @Test
  void aReleaseLeavesTheTransactionsOfOthersAlone() throws InterruptedException {
    Signal inside = new Signal();
    Signal released = new Signal();
    Thread other =
        Thread.ofVirtual()
            .start(() -> {
              inside.await(LIMIT);
              connections.release();
              released.fire();
            });

    int answer =
        database.read(connection -> {
          int before = session(connection);
          inside.fire();
          released.await(LIMIT);
          return before - session(connection);
        });

    assertThat(answer).isZero();
    other.join();
  }

  @Test
  void whereConnectionsAreKeptOneThatDiedWhileIdleIsNotHandedOut() {
    int before = session();
    closeByServer();
    // The pool asks a connection first that was idle for half a second.
    var _ = query("select pg_sleep(0.6) is null");

    assertThat(session()).isNotEqualTo(before);
  }

  @Test
  void aConnectionThatAnswersIsKeptWhenItIsAskedAndADeadOneIsNot() {
    int before = session();

    connections.verify();
    assertThat(session()).isEqualTo(before);

    closeByServer();
    connections.verify();
    assertThat(session()).isNotEqualTo(before);
  }

  @Test
  void aConnectionThatFellSilentIsGivenUpWithinASecondOrSo() {
    var _ = session();
    proxy.stall(Direction.TO_CLIENT);
    long before = System.nanoTime();

    connections.verify();

    assertThat(connections.count()).isZero();
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(1_900));
    proxy.resume();
    assertThat(session()).isPositive();
  }

  @Test
  void aConnectionThatComesAfterItsCallerHasLeftIsNotKept() {
    proxy.delay(Duration.ofMillis(400)); // a login needs several answers, so it takes too long
    long before = System.nanoTime();
    assertThatThrownBy(this::session).isInstanceOf(StoreUnavailableException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));

    connections.release();
    proxy.delay(Duration.ZERO);

    server.awaitSessions(0, LIMIT);
    assertThat(connections.count()).isZero();
  }

  @Test
  void aServerThatFallsSilentWhileItsConnectionIsIdleIsGivenUpInTime() {
    var _ = session();
    proxy.stall(Direction.TO_CLIENT);
    proxy.stall(Direction.TO_SERVER);
    long before = System.nanoTime();

    assertThatThrownBy(this::session).isInstanceOf(StoreUnavailableException.class);

    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
    connections.release();
    proxy.resume();
    assertThat(session()).isPositive();
  }

  @Test
  void aShortDeadlineBoundsTheWaitForASilentServer() {
    var _ = session();
    proxy.stall(Direction.TO_CLIENT);
    long before = System.nanoTime();

    assertThatThrownBy(
            () -> database.write(Duration.ofMillis(200), connection -> session(connection)))
        .isInstanceOf(StoreUnavailableException.class);

    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(1_900));
  }

  private int session() {
    return database.read(DatabaseConnectionsTest::session);
  }

  private static int session(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select pg_backend_pid()")) {
      assertThat(rows.next()).isTrue();
      return rows.getInt(1);
    }
  }

  private static final String OTHERS =
      """
      from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
      """;

  private void closeByServer() {
    assertThat(query("select pg_terminate_backend(pid) " + OTHERS)).containsOnly("t");
    server.awaitSessions(0, LIMIT);
  }

  private List<String> query(String sql) {
    try (Connection connection = server.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      var result = new ArrayList<String>();
      while (rows.next()) {
        result.add(rows.getString(1));
      }
      return result;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private static int port(String url) {
    return URI.create(url.substring("jdbc:".length())).getPort();
  }
}
