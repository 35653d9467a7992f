package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.UnixSignal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A gateway that hangs in the middle of a stream is killed when its function's time is over.
final class FunctionTimeoutTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(8);

  @TempDir private Path directory;

  @Test
  void aStreamThatOutlivesItsFunctionIsCutAndItsCallEndsAsLost() throws InterruptedException {
    LoadCall held = new LoadCall(0, true, "words, and then " + LoadUpstream.HOLD);
    LoadCall after = new LoadCall(1, true, "words again");
    Ledger ledger = new Ledger();
    try (LoadUpstream upstream = LoadUpstream.start(Duration.ofMillis(1));
        TestingStack stack = TestingStack.start(settings(upstream))) {
      Thread client =
          Thread.ofVirtual().start(() -> ledger.add(held, held.ask(stack, stack.apiKey())));
      stack.await("select count(*) = 1 from request where state = 'processing'");
      List<Long> processes = Killer.pids(stack.stack(), Functions.INFERENCE);
      assertThat(processes).hasSize(1);
      assertThat(ProcessHandle.of(processes.getFirst()).map(UnixSignal.STOP::send)).contains(true);

      client.join();
      ledger.add(after, after.ask(stack, stack.apiKey()));
      stack.drain();
      stack.loseOpenCalls();

      assertThat(ledger.entries().getFirst().sighting())
          .isInstanceOfSatisfying(Sighting.Cut.class, cut -> assertThat(cut.id()).isNotNull());
      assertThat(ledger.entries().getLast().sighting()).isInstanceOf(Sighting.Complete.class);
      assertThat(
              LedgerCheck.violations(ledger.entries(), stack.storedCalls(), Set.of("gateway_lost")))
          .isEmpty();
      assertThat(stack.texts("select failure_label from request where state = 'failed'"))
          .containsExactly("gateway_lost");
      assertThat(Killer.pids(stack.stack(), Functions.INFERENCE))
          .doesNotContainAnyElementsOf(processes);
    }
  }

  private DevSettings settings(LoadUpstream upstream) {
    return DevSettings.forTests(directory.resolve("data"))
        .withModels(upstream.modelsFile(directory))
        .withFunctionProperties(Map.of("sluice.gateway.end-margin", "1s"))
        .forked(new ForkSettings(1, Map.of(), TIMEOUT));
  }
}
