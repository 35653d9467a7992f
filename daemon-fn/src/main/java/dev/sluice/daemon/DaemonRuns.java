package dev.sluice.daemon;

import dev.sluice.completion.CompletionQueue;
import dev.sluice.completion.ObjectStore;
import dev.sluice.request.DaemonRegistry;
import dev.sluice.request.LostGateways;
import dev.sluice.telemetry.Metrics;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.List;
import java.util.UUID;

/// Makes the runs. Whatever belongs to one of them is made with it, never when the function starts:
/// a snapshot of the started function is shared by its copies.
@Singleton
final class DaemonRuns {

  private final DaemonRegistry registry;
  private final LostGateways gateways;
  private final CompletionQueue queue;
  private final ObjectStore objects;
  private final Metrics metrics;
  private final SecureRandom random;
  private final DaemonConfiguration configuration;

  DaemonRuns(
      DaemonRegistry registry,
      LostGateways gateways,
      CompletionQueue queue,
      ObjectStore objects,
      Metrics metrics,
      SecureRandom random,
      DaemonConfiguration configuration) {
    this.registry = registry;
    this.gateways = gateways;
    this.queue = queue;
    this.objects = objects;
    this.metrics = metrics;
    this.random = random;
    this.configuration = configuration;
  }

  DaemonRun next() {
    DatabaseClock clock = new DatabaseClock(System::nanoTime);
    List<Duty> duties =
        List.of(
            new GatewayRescuer(gateways, clock, metrics, configuration),
            new SpillSweeper(queue, objects, metrics, configuration));
    return new DaemonRun(freshId(), registry, clock, duties, configuration);
  }

  /// A random UUID (RFC 9562, 5.4), from the generator that is handed in.
  private UUID freshId() {
    long high = (random.nextLong() & ~0xF000L) | 0x4000L;
    long low = (random.nextLong() & ~(3L << 62)) | (1L << 63);
    return new UUID(high, low);
  }
}
