package dev.sluice.daemon;

import dev.sluice.request.DaemonRegistry;
import dev.sluice.request.StoreUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A list of runs that notes what it is told.
final class TestingRegistry implements DaemonRegistry {

  final List<String> log = new CopyOnWriteArrayList<>();
  final List<Set<String>> registered = new CopyOnWriteArrayList<>();
  final List<Set<String>> asked = new CopyOnWriteArrayList<>();
  volatile boolean isAnotherFree;

  /// Opened when a run has said that it has free slots.
  final CountDownLatch free = new CountDownLatch(1);

  volatile @Nullable RuntimeException fault;

  /// How often it is away at first.
  final AtomicInteger outages = new AtomicInteger();

  @Override
  public Instant register(UUID id, String version, Set<String> models) {
    registered.add(models);
    return entered("register " + version);
  }

  @Override
  public Instant beat(UUID id, int freeSlots) {
    Instant now = entered("beat " + freeSlots);
    if (freeSlots > 0) {
      free.countDown();
    }
    return now;
  }

  @Override
  public boolean isAnotherFree(UUID self, Set<String> models, Duration fresh) {
    asked.add(models);
    return isAnotherFree;
  }

  @Override
  public Instant stop(UUID id, Done done) {
    return entered("stop");
  }

  private Instant entered(String line) {
    log.add(line);
    if (outages.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new StoreUnavailableException("away", "08001", new IOException("scripted"));
    }
    RuntimeException thrown = fault;
    if (thrown != null) {
      throw thrown;
    }
    return TestingClaimStore.NOON;
  }
}
