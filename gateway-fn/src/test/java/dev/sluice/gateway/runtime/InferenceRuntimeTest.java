package dev.sluice.gateway.runtime;

import static dev.sluice.gateway.runtime.TestingGateway.HELLO;
import static dev.sluice.gateway.runtime.TestingGateway.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.emulators.InitFailedException;
import dev.sluice.emulators.RuntimeApi;
import dev.sluice.emulators.Signal;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.emulators.UpstreamRequest;
import dev.sluice.gateway.inference.InferenceFunction;
import dev.sluice.request.Outcome;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// The real function under the real loop; the Runtime API and the model server are emulated.
final class InferenceRuntimeTest {

  private static final Duration FIRST_BYTE = Duration.ofMillis(50);
  private static final String ON_DEMAND = "on-demand";

  /// Rounds of which the median counts: other work on the machine must not decide.
  private static final int ROUNDS = 9;

  private static UpstreamAnswer hello() {
    return UpstreamAnswer.events(List.of(HELLO, STOP, "[DONE]"));
  }

  @Test
  void theFirstByteComesWithinFiftyMillisecondsOfTheUpstreams() throws Exception {
    List<Signal> go = signals(ROUNDS);
    Function<UpstreamRequest, UpstreamAnswer> script =
        request ->
            UpstreamAnswer.eventStream()
                .await(go.get(request.number()))
                .event(HELLO)
                .event(STOP)
                .event("[DONE]")
                .end();
    try (TestingGateway gateway = new TestingGateway(script);
        TestingSandbox sandbox = TestingSandbox.running(ON_DEMAND, gateway::function)) {
      List<Long> delays = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        TimedOutput out = new TimedOutput();
        Signal signal = go.get(round);
        Thread starting =
            Thread.startVirtualThread(() -> {
              out.awaitBytes(); // The prelude, which the upstream's head brings.
              out.restart();
              signal.fire();
            });
        sandbox.invoke("round-" + round, gateway.chat(), out);
        starting.join();
        delays.add(out.firstNanos());
      }

      assertThat(Duration.ofNanos(median(delays))).isLessThan(FIRST_BYTE);
    }
  }

  @Test
  void theCadenceOfTheUpstreamIsKept() throws Exception {
    int events = 20;
    Duration pause = Duration.ofMillis(50);
    UpstreamAnswer slow = UpstreamAnswer.eventStream();
    for (int i = 0; i < events; i++) {
      slow = slow.event(HELLO).delay(pause);
    }
    UpstreamAnswer script = slow.event(STOP).event("[DONE]").end();
    try (TestingGateway gateway = new TestingGateway(_ -> script);
        TestingSandbox sandbox = TestingSandbox.running(ON_DEMAND, gateway::function)) {
      String answer = sandbox.invoke("one", gateway.chat());

      assertThat(answer.split("data: ", -1)).hasSize(1 + events + 2);
      List<RuntimeApi.Chunk> chunks = sandbox.api().chunks();
      assertThat(chunks).as("prelude, events, stop, DONE").hasSize(1 + events + 2);
      List<Long> gaps = new ArrayList<>();
      for (int i = 2; i <= events; i++) {
        gaps.add(chunks.get(i).arrivedNanos() - chunks.get(i - 1).arrivedNanos());
      }
      assertThat(Duration.ofNanos(median(gaps)))
          .isBetween(pause.minusMillis(10), pause.plusMillis(25));
    }
  }

  @Test
  void aStreamThatBreaksEndsWithOurErrorFrame() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Function<UpstreamRequest, UpstreamAnswer> script =
        _ ->
            calls.getAndIncrement() == 0
                ? UpstreamAnswer.eventStream().event(HELLO).eof()
                : hello();
    try (TestingGateway gateway = new TestingGateway(script);
        InferenceFunction function = gateway.function();
        TestingSandbox sandbox = TestingSandbox.running(ON_DEMAND, () -> function)) {
      String broken = sandbox.invoke("one", gateway.chat());
      String whole = sandbox.invoke("two", gateway.chat());

      assertThat(TestingGateway.prelude(broken).number("statusCode")).contains(200L);
      assertThat(TestingGateway.body(broken))
          .contains("Hello", "data: {\"error\":{")
          .endsWith("data: [DONE]\n\n");
      assertThat(TestingGateway.body(whole)).contains("Hello").doesNotContain("error");
      assertThat(TestingGateway.finished(function))
          .extracting(record -> record.outcome())
          .containsExactly(Outcome.FAILED, Outcome.COMPLETED);
      assertThat(TestingGateway.started(function))
          .extracting(record -> record.head().traceId())
          .as("the invocation's own")
          .containsOnly(TestingSandbox.TRACE);
      assertThat(TestingGateway.responseId(broken))
          .startsWith("resp_")
          .isNotEqualTo(TestingGateway.responseId(whole));
    }
  }

  @Test
  void aClientThatLeavesChangesNothingForTheRecord() throws Exception {
    try (TestingGateway gateway = new TestingGateway(_ -> hello());
        InferenceFunction function = gateway.function();
        TestingSandbox sandbox = TestingSandbox.running(ON_DEMAND, () -> function)) {
      OutputStream gone =
          new OutputStream() {
            @Override
            public void write(int b) throws IOException {
              throw new IOException("The client left");
            }
          };

      sandbox.invoke("one", gateway.chat(), gone);

      assertThat(TestingGateway.finished(function)).hasSize(1);
      assertThat(sandbox.invoke("two", gateway.chat())).contains("Hello");
    }
  }

  @Test
  void aRuntimeApiThatBreaksOffDoesNotLoseTheRecord() throws Exception {
    Signal cut = new Signal();
    UpstreamAnswer slow = UpstreamAnswer.eventStream().event(HELLO).await(cut);
    for (int i = 0; i < 20; i++) {
      slow = slow.event(HELLO);
    }
    UpstreamAnswer broken = slow.event(STOP).event("[DONE]").end();
    Function<UpstreamRequest, UpstreamAnswer> script =
        request -> request.number() == 0 ? broken : hello();
    try (TestingGateway gateway = new TestingGateway(script);
        InferenceFunction function = gateway.function();
        TestingSandbox sandbox = TestingSandbox.running(ON_DEMAND, () -> function)) {
      TimedOutput out = new TimedOutput();
      Thread cutting =
          Thread.startVirtualThread(() -> {
            out.awaitBytes();
            sandbox.api().cutConnections();
            cut.fire();
          });

      assertThat(
              catchThrowableOfType(
                  IOException.class, () -> sandbox.invoke("one", gateway.chat(), out)))
          .isNotNull();
      assertThat(sandbox.invoke("two", gateway.chat())).contains("Hello");

      cutting.join();
      assertThat(TestingGateway.finished(function)).hasSize(2);
      assertThat(TestingGateway.finished(function).getFirst().outcome())
          .isEqualTo(Outcome.COMPLETED);
      assertThat(TestingGateway.finished(function).getFirst().clientDisconnected()).isTrue();
    }
  }

  @Test
  void aFailedStartIsReportedAndEndsTheProcess() throws Exception {
    try (TestingSandbox sandbox =
        TestingSandbox.running(
            ON_DEMAND,
            () -> {
              throw new IllegalArgumentException("sluice.config is missing");
            })) {
      assertThatThrownBy(() -> sandbox.api().awaitReady(TestingSandbox.SOON))
          .isInstanceOfSatisfying(
              InitFailedException.class,
              failed -> {
                assertThat(failed.error().header()).isEqualTo("Runtime.BadFunctionCode");
                assertThat(failed.error().errorType())
                    .isEqualTo("java.lang.IllegalArgumentException");
                assertThat(failed.error().errorMessage()).isEqualTo("sluice.config is missing");
                assertThat(failed.error().body()).contains("\"stackTrace\":[\"");
              });
      assertThat(sandbox.status()).isEqualTo(InferenceRuntime.FAILED);
    }
  }

  @Test
  void theProcessEndsWithAStatusWhenItCannotStart() throws Exception {
    try (RuntimeApi api = RuntimeApi.start()) {
      ProcessBuilder builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-cp",
              System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
              InferenceRuntime.class.getName());
      builder.environment().putAll(TestingSandbox.variables(api, ON_DEMAND));
      builder.environment().put("SLUICE_CONFIG", "/nowhere.yaml");
      Process process =
          builder.redirectErrorStream(true).redirectOutput(new File("/dev/null")).start();
      try {
        assertThatThrownBy(() -> api.awaitReady(Duration.ofSeconds(60)))
            .isInstanceOf(InitFailedException.class);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(InferenceRuntime.FAILED);
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private static List<Signal> signals(int count) {
    List<Signal> signals = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      signals.add(new Signal());
    }
    return signals;
  }

  private static long median(List<Long> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
