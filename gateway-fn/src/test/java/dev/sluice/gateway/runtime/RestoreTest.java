package dev.sluice.gateway.runtime;

import static dev.sluice.gateway.runtime.TestingGateway.HELLO;
import static dev.sluice.gateway.runtime.TestingGateway.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.emulators.InitFailedException;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.gateway.inference.InferenceFunction;
import dev.sluice.priming.Rehearsal;
import dev.sluice.sandbox.Priming;
import dev.sluice.telemetry.Metric;
import io.micronaut.crac.OrderedResource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.crac.Context;
import org.crac.Resource;
import org.junit.jupiter.api.Test;

/// SnapStart: an instance is stored after its start, and copies of it serve.
final class RestoreTest {

  private static final String SNAP_START = "snap-start";

  /// The priming works for seconds, on machines that are busy for longer.
  private static final Duration PRIMED = Duration.ofSeconds(90);

  private static UpstreamAnswer hello() {
    return UpstreamAnswer.events(List.of(HELLO, STOP, "[DONE]"));
  }

  @Test
  void twoCopiesOfOneSnapshotShareNoIdTokenOrConnection() throws Exception {
    List<String> ids = new ArrayList<>();
    List<String> traces = new ArrayList<>();
    try (TestingGateway gateway = new TestingGateway(_ -> hello())) {
      serveFromCopy(gateway, "fresh", ids, traces);
      serveFromCopy(gateway, "fresh", ids, traces);
    }

    assertThat(ids).hasSize(4).doesNotHaveDuplicates().allMatch(id -> id.startsWith("resp_"));
    assertThat(traces).hasSize(4).doesNotHaveDuplicates();
  }

  @Test
  void withoutFreshRandomnessTheCopiesWouldShare() throws Exception {
    List<String> ids = new ArrayList<>();
    List<String> traces = new ArrayList<>();
    try (TestingGateway gateway = new TestingGateway(_ -> hello())) {
      serveFromCopy(gateway, "stale", ids, traces);
      serveFromCopy(gateway, "stale", ids, traces);
    }

    assertThat(new HashSet<>(traces)).as("the control of the test above").hasSize(2);
  }

  @Test
  void thePrimingReachesNobodyAndCountsNothing() throws Exception {
    Queue<Metric> counted = new ConcurrentLinkedQueue<>();
    try (TestingGateway gateway = new TestingGateway(_ -> hello());
        InferenceFunction function = gateway.function((metric, _, _) -> counted.add(metric));
        TestingSandbox sandbox = TestingSandbox.primed(() -> function)) {
      int upstreamBefore = gateway.upstream().acceptedConnections();
      sandbox.api().awaitReady(PRIMED);

      assertThat(function.context().getBeansOfType(Priming.class))
          .hasAtLeastOneElementOfType(InferencePriming.class);
      assertThat(gateway.upstream().acceptedConnections()).isEqualTo(upstreamBefore);
      assertThat(TestingGateway.started(function)).isEmpty();
      assertThat(counted).isEmpty();

      sandbox.api().restore();
      sandbox.api().awaitReady(TestingSandbox.SOON);
      assertThat(sandbox.invoke("1", gateway.chat())).contains("Hello");

      assertThat(TestingGateway.started(function)).as("the control").hasSize(1);
      assertThat(counted).as("the control").contains(Metric.GATEWAY_REQUESTS);
    }
  }

  @Test
  void thePrimingGoesTheWholeWayWithoutAFault() throws Exception {
    FunctionEnvironment environment =
        FunctionEnvironment.of(Map.of("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9"));
    assertThatCode(() -> new InferencePriming(environment).prime()).doesNotThrowAnyException();
  }

  @Test
  void aPrimingWhoseKeyIsRefusedIsAFault() throws Exception {
    FunctionEnvironment environment =
        FunctionEnvironment.of(Map.of("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9"));
    try (Rehearsal rehearsal = Rehearsal.start()) {
      assertThatThrownBy(() -> new InferencePriming(environment).rehearse(rehearsal, "slk_other"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("calls failed, first: {\"statusCode\":401");
    }
  }

  /// Two invocations on an instance that was restored.
  private static void serveFromCopy(
      TestingGateway gateway, String entropy, List<String> ids, List<String> traces)
      throws Exception {
    int upstreamBefore = gateway.upstream().acceptedConnections();
    try (InferenceFunction function = gateway.function(Map.of("sluice.testing.entropy", entropy));
        TestingSandbox sandbox = TestingSandbox.primed(() -> function)) {
      sandbox.api().awaitReady(PRIMED);
      assertThat(sandbox.api().acceptedConnections()).as("restore/next").isEqualTo(1);
      assertThat(gateway.upstream().acceptedConnections()).isEqualTo(upstreamBefore);

      sandbox.api().restore();
      sandbox.api().awaitReady(TestingSandbox.SOON);
      assertThat(sandbox.api().acceptedConnections()).as("a new one asks").isEqualTo(2);
      ids.add(TestingGateway.responseId(sandbox.invokeUntraced("1", gateway.chat())));
      ids.add(TestingGateway.responseId(sandbox.invokeUntraced("2", gateway.chat())));

      assertThat(sandbox.api().acceptedConnections()).as("one for each answer").isEqualTo(4);
      assertThat(gateway.upstream().acceptedConnections()).isGreaterThan(upstreamBefore);
      TestingGateway.started(function).forEach(record -> traces.add(record.head().traceId()));
    }
  }

  @Test
  void aHookThatFailsBeforeTheSnapshotIsAFailedStart() throws Exception {
    try (TestingGateway gateway = new TestingGateway(_ -> hello());
        InferenceFunction function =
            gateway.function(Map.of("sluice.testing.hook-fails", "before"));
        TestingSandbox sandbox = TestingSandbox.running(SNAP_START, () -> function)) {
      assertThatThrownBy(() -> sandbox.api().awaitReady(TestingSandbox.SOON))
          .isInstanceOfSatisfying(
              InitFailedException.class,
              failed -> {
                assertThat(failed.error().header()).isEqualTo("Runtime.BeforeCheckpointError");
                assertThat(failed.error().errorMessage()).endsWith("told to fail before");
              });
      assertThat(sandbox.status()).isEqualTo(InferenceRuntime.FAILED);
    }
  }

  @Test
  void aHookThatFailsAfterTheRestoreIsReportedAsSuch() throws Exception {
    try (TestingGateway gateway = new TestingGateway(_ -> hello());
        InferenceFunction function =
            gateway.function(Map.of("sluice.testing.hook-fails", "after"));
        TestingSandbox sandbox = TestingSandbox.running(SNAP_START, () -> function)) {
      sandbox.api().awaitReady(TestingSandbox.SOON);
      sandbox.api().restore();

      assertThatThrownBy(() -> sandbox.api().awaitReady(TestingSandbox.SOON))
          .isInstanceOfSatisfying(
              InitFailedException.class,
              failed -> assertThat(failed.error().header()).isEqualTo("Runtime.AfterRestoreError"));
      assertThat(sandbox.status()).isEqualTo(InferenceRuntime.FAILED);
    }
  }

  @Test
  void hooksRunInReverseBeforeTheSnapshotAndInOrderAfterTheRestore() throws Exception {
    List<String> calls = new ArrayList<>();
    RestoreHooks hooks = new RestoreHooks(Set.of(hook(3, calls), hook(1, calls), hook(2, calls)));

    hooks.beforeSnapshot();
    hooks.afterRestore();

    assertThat(calls)
        .containsExactly("before 3", "before 2", "before 1", "after 1", "after 2", "after 3");
  }

  private static OrderedResource hook(int order, List<String> calls) {
    return new OrderedResource() {
      @Override
      public int getOrder() {
        return order;
      }

      @Override
      public void beforeCheckpoint(Context<? extends Resource> context) {
        calls.add("before " + order);
      }

      @Override
      public void afterRestore(Context<? extends Resource> context) {
        calls.add("after " + order);
      }
    };
  }
}
