package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.SqsServer;
import dev.sluice.emulators.TcpProxy;
import dev.sluice.emulators.UnixSignal;
import dev.sluice.telemetry.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Functions are frozen between two invocations, and whatever they were connected to goes away
/// meanwhile: the next invocation succeeds at its first try, in the same process.
final class FrozenProcessTest {

  /// How servers part from clients that do not listen.
  enum Parting {
    RESET,
    END_OF_FILE
  }

  @TempDir private static Path directory;
  private static SqsServer sqs;
  private static TcpProxy queue;
  private static LoadUpstream upstream;
  private static TcpProxy model;
  private static TestingStack stack;

  @BeforeAll
  static void start() {
    sqs = SqsServer.start();
    queue = TcpProxy.start(sqs.endpoint().getPort());
    upstream = LoadUpstream.start(Duration.ofMillis(1));
    model = TcpProxy.start(upstream.port());
    stack =
        TestingStack.start(
            DevSettings.forTests(directory.resolve("data"))
                .withModels(LoadUpstream.modelsFile(directory, model.port()))
                .withSqs("http://127.0.0.1:" + queue.port())
                .forked(1));
  }

  @AfterAll
  static void stop() {
    stack.close();
    model.close();
    upstream.close();
    queue.close();
    sqs.close();
  }

  @ParameterizedTest
  @EnumSource
  void theGatewayAsksItsModelAndRecordsAtTheFirstTry(Parting parting) {
    assertThat(ask("warm", stack.apiKey())).isInstanceOf(Sighting.Complete.class);
    // A key that the gateway has not seen, so that it needs the database, too.
    String key = stack.newKey(List.of(LoadCall.MODEL));
    int calls = upstream.calls();
    List<Long> processes = freezeAndPart(Functions.INFERENCE, parting, queue, model);

    assertThat(ask("after the pause", key)).isInstanceOf(Sighting.Complete.class);

    assertThat(upstream.calls()).isEqualTo(calls + 1);
    assertThat(Killer.pids(stack.stack(), Functions.INFERENCE)).isEqualTo(processes);
  }

  @ParameterizedTest
  @EnumSource
  void theApiReadsAtTheFirstTry(Parting parting) throws IOException {
    assertThat(stack.get("/v1/responses").status()).isEqualTo(200);
    List<Long> processes = freezeAndPart(Functions.API, parting, queue);

    assertThat(stack.get("/v1/responses").status()).isEqualTo(200);

    assertThat(Killer.pids(stack.stack(), Functions.API)).isEqualTo(processes);
  }

  /// Its one server is the database: the queue is the business of those who call it.
  @Test
  void completionsAreWrittenAtTheFirstTry() {
    assertThat(ask("warm", stack.apiKey())).isInstanceOf(Sighting.Complete.class);
    stack.drain();
    List<Long> processes = freezeAndPart(Functions.COMPLETION, Parting.RESET);
    long batches = stack.sum(Metric.COMPLETION_BATCH_SIZE);
    long redelivered = stack.sum(Metric.COMPLETION_REDELIVERED);

    assertThat(ask("after the pause", stack.apiKey())).isInstanceOf(Sighting.Complete.class);
    stack.drain();

    stack.await(() -> stack.sum(Metric.COMPLETION_BATCH_SIZE) > batches);
    assertThat(stack.sum(Metric.COMPLETION_REDELIVERED)).isEqualTo(redelivered);
    assertThat(stack.count("select count(*) from request where state <> 'completed'")).isZero();
    assertThat(Killer.pids(stack.stack(), Functions.COMPLETION)).isEqualTo(processes);
  }

  @ParameterizedTest
  @EnumSource
  void theDaemonRunsAtTheFirstTry(Parting parting) {
    var _ = stack.tick();
    List<Long> processes = freezeAndPart(Functions.DAEMON, parting, queue);

    var _ = stack.tick();

    assertThat(Killer.pids(stack.stack(), Functions.DAEMON)).isEqualTo(processes);
  }

  private static Sighting ask(String prompt, String key) {
    return new LoadCall(0, true, prompt).ask(stack, key);
  }

  /// Stops the one process of a function, lets all its servers part from it, and continues it.
  private static List<Long> freezeAndPart(String function, Parting parting, TcpProxy... servers) {
    List<Long> pids = Killer.pids(stack.stack(), function);
    assertThat(pids).hasSize(1);
    ProcessHandle process = ProcessHandle.of(pids.getFirst()).orElseThrow();
    assertThat(UnixSignal.STOP.send(process)).isTrue();
    try {
      stack.execute(
          """
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()
          """);
      for (TcpProxy server : servers) {
        switch (parting) {
          case RESET -> server.cut();
          case END_OF_FILE -> server.hangUp();
        }
      }
    } finally {
      assertThat(UnixSignal.CONT.send(process)).isTrue();
    }
    return pids;
  }
}
