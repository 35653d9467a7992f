package dev.sluice.wiring;

import dev.sluice.sandbox.Priming;
import io.micronaut.context.BeanContext;
import io.micronaut.core.order.Ordered;
import io.micronaut.crac.OrderedResource;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.crac.Context;
import org.crac.Resource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Primes a function before its snapshot: first of all hooks, so that the others drop what it may
/// have left. One that fails, or does not end in its time, is logged and costs the copies some
/// time; the snapshot is taken.
@Singleton
final class PrimingHook implements OrderedResource {

  private static final Logger LOG = LoggerFactory.getLogger(PrimingHook.class);

  /// A snapshot is given up after 130 s.
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final BeanContext beans;
  private final Duration limit;

  @Inject
  PrimingHook(BeanContext beans) {
    this(beans, LIMIT);
  }

  /// @param limit of the time of each priming
  PrimingHook(BeanContext beans, Duration limit) {
    this.beans = beans;
    this.limit = limit;
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
    for (Priming priming : primings()) {
      done += prime(priming) ? 1 : 0;
    }
    LOG.atInfo()
        .addKeyValue("primed", done)
        .addKeyValue("millis", Duration.ofNanos(System.nanoTime() - start).toMillis())
        .log("Primed for the snapshot");
  }

  /// None when one of them cannot be made.
  private Collection<Priming> primings() {
    try {
      return beans.getBeansOfType(Priming.class);
    } catch (RuntimeException | LinkageError e) {
      failed(Priming.class, e);
      return List.of();
    }
  }

  private boolean prime(Priming priming) {
    FutureTask<Boolean> task =
        new FutureTask<>(() -> {
          priming.prime();
          return true;
        });
    var _ = Thread.ofPlatform().daemon().name("priming").start(task);
    try {
      return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      failed(priming.getClass(), e.getCause());
    } catch (TimeoutException e) {
      failed(priming.getClass(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failed(priming.getClass(), e);
    }
    task.cancel(true);
    return false;
  }

  private static void failed(Class<?> priming, @Nullable Throwable cause) {
    LOG.atWarn()
        .addKeyValue("priming", priming.getSimpleName())
        .setCause(cause)
        .log("A priming failed; copies of the snapshot load more at their first call");
  }

  /// What was primed is code, which is the same in every copy.
  @Override
  public void afterRestore(Context<? extends Resource> context) {}
}
