package dev.sluice.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.sandbox.Priming;
import dev.sluice.sandbox.Remembered;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.RuntimeBeanDefinition;
import io.micronaut.core.order.OrderUtil;
import io.micronaut.crac.OrderedResource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.crac.Core;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is primed before a snapshot, and when.
final class PrimingHookTest {

  private final List<String> calls = new ArrayList<>();

  @Test
  void everythingIsPrimedBeforeAnythingIsDropped() throws Exception {
    try (ApplicationContext context = context()) {
      add(context, () -> calls.add("primed"));
      var _ = context.registerSingleton(Remembered.class, () -> calls.add("forgotten"));

      takeSnapshot(context);
    }

    assertThat(calls).containsExactly("primed", "forgotten");
  }

  @Test
  void aPrimingThatFailsCostsNeitherTheOthersNorTheSnapshot() throws Exception {
    try (ApplicationContext context = context()) {
      add(
          context,
          () -> {
            throw new IOException("refused");
          });
      add(
          context,
          () -> {
            throw new IllegalStateException("broken");
          });
      add(
          context,
          () -> {
            throw new NoClassDefFoundError("missing");
          });
      add(context, () -> calls.add("primed"));

      takeSnapshot(context);
    }

    assertThat(calls).containsExactly("primed");
  }

  @Test
  void aPrimingThatCannotBeMadeDoesNotCostTheSnapshot() throws Exception {
    try (ApplicationContext context = context()) {
      context.registerBeanDefinition(
          RuntimeBeanDefinition.builder(
                  Priming.class,
                  () -> {
                    throw new IllegalStateException("no parts");
                  })
              .build());
      var _ = context.registerSingleton(Remembered.class, () -> calls.add("forgotten"));

      takeSnapshot(context);
    }

    assertThat(calls).containsExactly("forgotten");
  }

  @Test
  @Timeout(60)
  void aPrimingThatNeverEndsIsLeftBehind() {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    try (ApplicationContext context = context()) {
      add(
          context,
          () -> {
            try {
              never.await();
            } catch (InterruptedException e) {
              interrupted.countDown();
              throw new IOException(e);
            }
          });

      new PrimingHook(context, Duration.ofMillis(50)).beforeCheckpoint(Core.getGlobalContext());
    }

    assertThat(interrupted).satisfies(CountDownLatch::await);
  }

  @Test
  void nothingIsPrimedAfterTheRestore() throws Exception {
    try (ApplicationContext context = context()) {
      add(context, () -> calls.add("primed"));

      context.getBean(PrimingHook.class).afterRestore(Core.getGlobalContext());
    }

    assertThat(calls).isEmpty();
  }

  private static void add(ApplicationContext context, Priming priming) {
    var _ = context.registerSingleton(Priming.class, priming, null, false);
  }

  private static ApplicationContext context() {
    return ApplicationContext.builder().deduceEnvironment(false).banner(false).start();
  }

  /// In the order in which both runtimes call the hooks.
  private static void takeSnapshot(ApplicationContext context) throws Exception {
    List<OrderedResource> hooks =
        context.getBeansOfType(OrderedResource.class).stream()
            .sorted(OrderUtil.COMPARATOR)
            .toList();
    for (OrderedResource hook : hooks.reversed()) {
      hook.beforeCheckpoint(Core.getGlobalContext());
    }
  }
}
