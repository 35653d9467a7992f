package dev.sluice.completion.fn;

import static dev.sluice.completion.fn.Fixture.event;
import static dev.sluice.completion.fn.Fixture.failures;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import dev.sluice.emulators.PostgresServer;
import dev.sluice.emulators.TcpProxy;
import dev.sluice.emulators.TcpProxy.Cut;
import dev.sluice.request.StoreUnavailableException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The database goes away in the middle of a batch: all of it is there or nothing, the function
/// never says that it is done, and the next delivery makes it whole.
final class DatabaseFaultTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private Path objects;
  private Fixture fixture;
  private List<String> expected;

  /// A batch with everything in it: both records, bodies, attempts, and one for quarantine.
  private static SQSEvent batch() {
    List<String> records = new ArrayList<>(Records.mixed(20));
    records.add(Records.finished(99).replaceFirst("\"model\":\"[^\"]*\",", ""));
    return event(records);
  }

  @BeforeEach
  void learnWhatTheBatchMakes() {
    Fixture undisturbed = Fixture.create(objects);
    try (CompletionHandler handler = undisturbed.handler()) {
      assertThat(failures(handler.handleRequest(batch(), null))).isEmpty();
    }
    expected = undisturbed.everything();
    assertThat(expected).hasSizeGreaterThan(30);
    fixture = Fixture.create(objects);
  }

  @ParameterizedTest
  @EnumSource
  void aCommitWithoutAnAnswerIsNeverReportedAsDone(Cut cut) {
    try (TcpProxy proxy = TcpProxy.start(port(fixture));
        CompletionHandler handler = fixture.handler(throughProxy(fixture, proxy))) {
      var made = proxy.cutOnClientBytes("COMMIT".getBytes(StandardCharsets.US_ASCII), cut);

      assertThatThrownBy(() -> handler.handleRequest(batch(), null))
          .isInstanceOf(StoreUnavailableException.class);

      made.await(LIMIT);
      assertThat(fixture.everything())
          .isEqualTo(
              switch (cut) {
                case BEFORE_FORWARDING -> List.of();
                case AFTER_FORWARDING -> expected;
              });
      assertThat(failures(handler.handleRequest(batch(), null))).isEmpty();
      assertThat(fixture.everything()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"request", "request_body", "response_body", "request_attempt", "quarantine"})
  void aSessionKilledAtAnyStatementLeavesNothing(String table) throws Exception {
    try (CompletionHandler handler = fixture.handler()) {
      FutureTask<Object> delivery;
      try (Connection barrier = fixture.database.dataSource().getConnection()) {
        barrier.setAutoCommit(false);
        try (var lock = barrier.createStatement()) {
          var _ = lock.execute("lock table " + table + " in exclusive mode");
        }
        delivery = inBackground(() -> handler.handleRequest(batch(), null));
        String session = waitingSession(barrier);
        assertThat(Fixture.query(barrier, "select pg_terminate_backend(" + session + ")"))
            .containsExactly("t");
        assertThatThrownBy(() -> delivery.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(StoreUnavailableException.class);
        barrier.rollback();
      }
      assertThat(fixture.everything()).isEmpty();

      assertThat(failures(handler.handleRequest(batch(), null))).isEmpty();
      assertThat(fixture.everything()).isEqualTo(expected);
    }
  }

  @Test
  void aServerThatCrashesMidBatchHasNothingOfItAfterItsRecovery() throws Exception {
    try (PostgresServer server = PostgresServer.start()) {
      Fixture crashing = Fixture.on(server, objects);
      try (CompletionHandler handler = crashing.handler()) {
        try (Connection barrier = crashing.database.dataSource().getConnection()) {
          barrier.setAutoCommit(false);
          try (var lock = barrier.createStatement()) {
            var _ = lock.execute("lock table request_attempt in exclusive mode");
          }
          FutureTask<Object> delivery = inBackground(() -> handler.handleRequest(batch(), null));
          long session = Long.parseLong(waitingSession(barrier));
          // SIGKILL of one session: the server drops all others and recovers from its log.
          assertThat(ProcessHandle.of(session).orElseThrow().destroyForcibly()).isTrue();
          assertThatThrownBy(() -> delivery.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
              .isInstanceOf(ExecutionException.class)
              .hasCauseInstanceOf(StoreUnavailableException.class);
        }
        awaitRecovery(crashing);
        assertThat(crashing.everything()).isEmpty();

        assertThat(failures(deliverUntilAnswered(handler))).isEmpty();
        assertThat(crashing.everything()).isEqualTo(expected);
      }
    }
  }

  /// The connection of the batch falls silent in mid-statement, or is never answered to begin with.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aServerThatFallsSilentIsGivenUpInTime(boolean midStatement) throws Exception {
    try (TcpProxy proxy = TcpProxy.start(port(fixture));
        CompletionHandler handler = fixture.impatientHandler(throughProxy(fixture, proxy))) {
      assertThat(failures(handler.handleRequest(event(List.of(Records.started(500))), null)))
          .isEmpty();
      long before = System.nanoTime();
      FutureTask<Object> delivery;
      if (midStatement) {
        try (Connection barrier = fixture.database.dataSource().getConnection()) {
          barrier.setAutoCommit(false);
          try (var lock = barrier.createStatement()) {
            var _ = lock.execute("lock table response_body in exclusive mode");
          }
          delivery = inBackground(() -> handler.handleRequest(batch(), null));
          var _ = waitingSession(barrier);
          fallSilent(proxy);
          barrier.rollback();
        }
      } else {
        fallSilent(proxy);
        delivery = inBackground(() -> handler.handleRequest(batch(), null));
      }

      assertThatThrownBy(() -> delivery.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(StoreUnavailableException.class);

      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(6));
      proxy.resume();
      assertThat(failures(handler.handleRequest(batch(), null))).isEmpty();
      assertThat(fixture.everything()).containsAll(expected);
    }
  }

  private static void fallSilent(TcpProxy proxy) {
    proxy.stall(TcpProxy.Direction.TO_CLIENT);
    proxy.stall(TcpProxy.Direction.TO_SERVER);
  }

  @Test
  void noSessionOutlivesTheInvocationAndTheNextSucceedsAtItsFirstTry() throws Exception {
    try (TcpProxy proxy = TcpProxy.start(port(fixture));
        CompletionHandler handler = fixture.handler(throughProxy(fixture, proxy))) {
      for (int i = 0; i < 5; i++) {
        assertThat(failures(handler.handleRequest(batch(), null))).isEmpty();

        fixture.awaitSessions(0);
        proxy.cut();
      }
      assertThat(fixture.everything()).isEqualTo(expected);
    }
  }

  /// A batch that comes back leaves no session either.
  @Test
  void noSessionOutlivesAnInvocationThatFailed() throws Exception {
    try (CompletionHandler handler = fixture.impatientHandler(fixture.database.url());
        Connection barrier = fixture.database.dataSource().getConnection()) {
      barrier.setAutoCommit(false);
      try (var lock = barrier.createStatement()) {
        var _ = lock.execute("lock table request in exclusive mode");
      }

      assertThatThrownBy(() -> handler.handleRequest(batch(), null))
          .isInstanceOf(StoreUnavailableException.class);

      fixture.awaitSessions(1); // The barrier's own.
    }
  }

  private static FutureTask<Object> inBackground(Callable<Object> work) {
    FutureTask<Object> task = new FutureTask<>(work);
    var _ = Thread.ofVirtual().start(task);
    return task;
  }

  /// The session that waits for the barrier's lock; waits inside the server until there is one.
  private static String waitingSession(Connection barrier) throws SQLException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < end) {
      List<String> sessions =
          Fixture.query(
              barrier,
              """
              select pid from pg_stat_activity
              where datname = current_database() and wait_event_type = 'Lock'
                and pg_backend_pid() = any (pg_blocking_pids(pid))
              """);
      if (!sessions.isEmpty()) {
        return sessions.getFirst();
      }
      var _ =
          Fixture.query(barrier, "select pg_stat_clear_snapshot() is null, pg_sleep(0.02) is null");
    }
    throw new IllegalStateException("Nobody waits at the barrier");
  }

  private static void awaitRecovery(Fixture crashed) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < end) {
      try (Connection connection = crashed.database.dataSource().getConnection()) {
        assertThat(Fixture.query(connection, "select 1")).containsExactly("1");
        return;
      } catch (SQLException _) {
        Thread.onSpinWait(); // Refused while the server recovers: asked again.
      }
    }
    throw new IllegalStateException("The server did not come back");
  }

  /// As the event source would: a batch that came back is delivered again.
  private static SQSBatchResponse deliverUntilAnswered(CompletionHandler handler) {
    for (int delivery = 1; ; delivery++) {
      try {
        return handler.handleRequest(batch(), null);
      } catch (StoreUnavailableException e) {
        if (delivery == 5) {
          throw e;
        }
      }
    }
  }

  private static int port(Fixture fixture) {
    return URI.create(fixture.database.url().substring("jdbc:".length())).getPort();
  }

  private static String throughProxy(Fixture fixture, TcpProxy proxy) {
    return fixture.database.url().replace(":" + port(fixture) + "/", ":" + proxy.port() + "/");
  }
}
