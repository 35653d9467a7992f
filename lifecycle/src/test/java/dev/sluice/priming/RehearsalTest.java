package dev.sluice.priming;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.account.AccountStore;
import dev.sluice.completion.CompletionQueue;
import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.QueueUnavailableException;
import dev.sluice.completion.RecordBody;
import dev.sluice.completion.RecordCodec;
import dev.sluice.completion.StartedRecord;
import dev.sluice.request.DaemonRegistry;
import dev.sluice.request.Endpoint;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.upstream.ModelCatalog;
import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What stands around a function while it is primed.
final class RehearsalTest {

  private static final UUID RUN = new UUID(1, 1);
  private static final Duration SOON = Duration.ofSeconds(5);

  @Test
  void theDatabaseTakesStatementsAndHasNothing() throws Exception {
    try (Rehearsal rehearsal = Rehearsal.start();
        ApplicationContext context = start(rehearsal)) {
      DaemonRegistry runs = context.getBean(DaemonRegistry.class);

      assertThat(runs.register(RUN, "1", Set.of("m"))).isEqualTo("2026-01-01T00:00:00Z");
      assertThat(runs.isAnotherFree(RUN, Set.of("m"), SOON)).isFalse();
      rehearsal.lookUpKey(context);
    }
  }

  @Test
  void theDatabaseRefusesRowsAsAStandbyDoes() throws Exception {
    try (Rehearsal rehearsal = Rehearsal.start();
        ApplicationContext context = start(rehearsal)) {
      AccountStore real =
          context.getBeansOfType(AccountStore.class).stream()
              .filter(store -> !(store instanceof RehearsedAccounts))
              .findFirst()
              .orElseThrow();

      assertThatThrownBy(() -> real.revoke("AbCd1234"))
          .isInstanceOf(StoreUnavailableException.class);
      assertThat(real.findKey("AbCd1234")).isEmpty();
    }
  }

  @Test
  void theOneKeyIsKnownWithoutTheDatabase() throws Exception {
    try (Rehearsal rehearsal = Rehearsal.start();
        ApplicationContext context = start(rehearsal)) {
      assertThat(context.getBean(AccountStore.class)).isInstanceOf(RehearsedAccounts.class);
      assertThat(rehearsal.key()).startsWith("slk_Rehearse_");
    }
  }

  @Test
  void theQueueTakesRecordsAsLongAsItIsThere() throws Exception {
    Rehearsal rehearsal = Rehearsal.start();
    try (rehearsal;
        ApplicationContext context = start(rehearsal)) {
      CompletionQueue queue = context.getBean(CompletionQueue.class);
      assertThatCode(() -> queue.send("{}", SOON)).doesNotThrowAnyException();

      rehearsal.close();

      assertThatThrownBy(() -> queue.send("{}", SOON))
          .isInstanceOf(QueueUnavailableException.class);
    }
  }

  @Test
  void theEnvironmentSaysNothing() throws Exception {
    try (Rehearsal rehearsal = Rehearsal.start();
        ApplicationContext context = start(rehearsal)) {
      assertThat(System.getenv("PATH")).isNotBlank();
      assertThat(context.containsProperty("path")).isFalse();
      assertThat(context.getBean(ModelCatalog.class).all())
          .extracting(model -> model.alias())
          .containsExactly(Rehearsal.MODEL);
    }
  }

  @Test
  void aRecordWithTheLargestBodyComesNearTheLimitOfTheQueue() throws Exception {
    CompletionRecord.Head head =
        new CompletionRecord.Head(
            RUN,
            new ResponseId(RUN),
            RUN,
            "Rehearse",
            Instant.EPOCH,
            Endpoint.CHAT_COMPLETIONS,
            Rehearsal.MODEL,
            ServiceTier.DEFAULT,
            false,
            false,
            true,
            Instant.EPOCH,
            "priming",
            null);
    byte[] body = Rehearsal.text(Rehearsal.LARGEST_BODY_BYTES).getBytes(US_ASCII);
    int recordBytes =
        RecordCodec.encode(new StartedRecord(head, RecordBody.gzip(body, "application/json")))
            .length();

    try (Rehearsal rehearsal = Rehearsal.start();
        ApplicationContext context = start(rehearsal)) {
      int limit = context.getBean(CompletionQueue.class).maxMessageBytes();
      assertThat(recordBytes).isBetween(limit * 9 / 10, limit);
    }
  }

  private static ApplicationContext start(Rehearsal rehearsal) {
    return rehearsal.equip(ApplicationContext.builder()).start();
  }
}
