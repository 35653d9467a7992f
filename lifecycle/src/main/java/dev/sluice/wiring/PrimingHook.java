package dev.sluice.wiring;

import dev.sluice.sandbox.Priming;
import io.micronaut.context.BeanContext;
import io.micronaut.core.order.Ordered;
import io.micronaut.crac.OrderedResource;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import org.crac.Context;
import org.crac.Resource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Primes a function before its snapshot: first of all hooks, so that the others drop what it may
/// have left. One that fails is logged and costs its copies some time; the snapshot is taken.
@Singleton
final class PrimingHook implements OrderedResource {

  private static final Logger LOG = LoggerFactory.getLogger(PrimingHook.class);

  private final BeanContext beans;

  PrimingHook(BeanContext beans) {
    this.beans = beans;
  }

  /// Hooks are called in the reverse of their order before a snapshot.
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    long start = System.nanoTime();
    int done = 0;
    for (Priming priming : beans.getBeansOfType(Priming.class)) {
      done += prime(priming) ? 1 : 0;
    }
    LOG.atInfo()
        .addKeyValue("primed", done)
        .addKeyValue("millis", Duration.ofNanos(System.nanoTime() - start).toMillis())
        .log("Primed for the snapshot");
  }

  private static boolean prime(Priming priming) {
    try {
      priming.prime();
      return true;
    } catch (IOException | RuntimeException | LinkageError e) {
      LOG.atWarn()
          .addKeyValue("priming", priming.getClass().getSimpleName())
          .setCause(e)
          .log("A priming failed; copies of the snapshot load more at their first call");
      return false;
    }
  }

  /// What was primed is code, which is the same in every copy.
  @Override
  public void afterRestore(Context<? extends Resource> context) {}
}
