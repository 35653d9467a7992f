package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import dev.sluice.completion.CompletionStore;
import dev.sluice.completion.CompletionStore.Delivery;
import dev.sluice.completion.RecordCodec;
import dev.sluice.completion.RecordCodec.Decoded;
import dev.sluice.emulators.BatchFunction;
import dev.sluice.emulators.EventSourceMapping;
import dev.sluice.local.FlawedCompletionStore.Flaw;
import dev.sluice.request.Deadline;
import io.micronaut.context.ApplicationContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// That the crash tests see what they are there for: under the same load, the same deaths and the
/// same checker, the product's store passes and stores with a flaw do not.
///
/// The function dies at the worst moments: between its commits, if it has several, and after the
/// last one, before its messages are deleted. Every other batch with a new message dies so.
final class CrashControlTest {

  private static final int CALLS = 120;
  private static final int CLIENTS = 8;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private static Path directory;
  private static LoadUpstream upstream;
  private static TestingStack stack;

  @BeforeAll
  static void start() {
    upstream = LoadUpstream.start(Duration.ofMillis(10));
    stack =
        TestingStack.start(
            DevSettings.forTests(directory.resolve("data"))
                .withModels(upstream.modelsFile(directory))
                .withTimes(new EmulatorTimes(Duration.ofSeconds(1), Duration.ofMillis(50), null)));
    stack.pauseCompletions();
  }

  @AfterAll
  static void stop() {
    stack.close();
    upstream.close();
  }

  @BeforeEach
  void forget() {
    stack.execute("truncate request cascade");
  }

  @Test
  void theProductsStorePasses() {
    try (ApplicationContext context = productsBeans()) {
      assertThat(violations(context.getBean(CompletionStore.class), new Deaths())).isEmpty();
    }
  }

  @Test
  void aStoreWithoutTheGuardIsCaught() {
    assertThat(violations(Flaw.NO_GUARD))
        .anySatisfy(violation -> assertThat(violation).contains("completely and is processing"));
  }

  @Test
  void aStoreWithoutATransactionIsCaught() {
    assertThat(violations(Flaw.NO_TRANSACTION))
        .anySatisfy(violation -> assertThat(violation).endsWith("and has 'null'"));
  }

  private static ApplicationContext productsBeans() {
    return ApplicationContext.builder()
        .deduceEnvironment(false)
        .properties(Map.copyOf(stack.stack().database().properties()))
        .start();
  }

  private static List<String> violations(Flaw flaw) {
    Deaths deaths = new Deaths();
    DataSource database = stack.stack().database().dataSource();
    return violations(new FlawedCompletionStore(database, flaw, deaths::dieWhenDue), deaths);
  }

  private static List<String> violations(CompletionStore store, Deaths deaths) {
    long seed = System.nanoTime();
    Ledger ledger = new Ledger();
    try (EventSourceMapping mapping =
        EventSourceMapping.start(stack.stack().queues(), oneAtATime(), function(store, deaths))) {
      Load.start(new Load.Plan("control", CLIENTS, CALLS, seed), stack, ledger).join();
      assertThat(mapping.drain(LIMIT).left()).isZero();
    }
    assertThat(deaths.died).as("deaths, seed %d", seed).isGreaterThan(2);
    assertThat(ledger.count(Sighting.Complete.class::isInstance)).isEqualTo(CALLS);
    return LedgerCheck.violations(ledger.entries(), stack.storedCalls(), Set.of());
  }

  /// Small batches, so that there are many to die with.
  private static EventSourceMapping.Settings oneAtATime() {
    EventSourceMapping.Settings test = EventSourceMapping.Settings.TEST;
    return new EventSourceMapping.Settings(
        test.functionName(),
        20,
        Duration.ofMillis(20),
        1,
        test.functionTimeout(),
        test.payloadBytes());
  }

  private static BatchFunction function(CompletionStore store, Deaths deaths) {
    return (event, _) -> {
      deaths.begin(event);
      List<Delivery> batch = event.getRecords().stream().map(CrashControlTest::delivery).toList();
      assertThat(store.persist(batch, Deadline.in(LIMIT))).isEmpty();
      deaths.dieWhenDue();
      return new SQSBatchResponse(List.of());
    };
  }

  private static Delivery delivery(SQSMessage message) {
    return switch (RecordCodec.decode(message.getBody())) {
      case Decoded.Known(var record) -> new Delivery.Known(message.getBody(), record);
      case Decoded.Incomplete _, Decoded.Newer _, Decoded.Unreadable _ ->
          throw new IllegalArgumentException("Not a record of the load: " + message.getBody());
    };
  }

  /// Who dies when. For use by one batch at a time.
  private static final class Deaths {

    private int fresh;
    private int died;
    private boolean due;

    void begin(SQSEvent event) {
      boolean isNew =
          event.getRecords().stream()
              .anyMatch(
                  message -> "1".equals(message.getAttributes().get("ApproximateReceiveCount")));
      due = isNew && fresh++ % 2 == 0;
    }

    void dieWhenDue() {
      if (due) {
        died++;
        throw new DiedException();
      }
    }
  }

  /// Stands for a process that is gone at once.
  private static final class DiedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DiedException() {
      super("The function died");
    }
  }
}
