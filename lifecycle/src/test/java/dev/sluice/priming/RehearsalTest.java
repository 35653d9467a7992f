package dev.sluice.priming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.account.AccountStore;
import dev.sluice.completion.CompletionQueue;
import dev.sluice.completion.QueueUnavailableException;
import dev.sluice.request.DaemonRegistry;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.upstream.ModelCatalog;
import io.micronaut.context.ApplicationContext;
import java.time.Duration;
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

  private static ApplicationContext start(Rehearsal rehearsal) {
    return rehearsal.equip(ApplicationContext.builder()).start();
  }
}
