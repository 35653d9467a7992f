package dev.sluice.daemon;

import dev.sluice.call.QueuedCallsFactory;
import dev.sluice.completion.CompletionQueue;
import dev.sluice.completion.ObjectStore;
import dev.sluice.request.ClaimStore;
import dev.sluice.request.DaemonRegistry;
import dev.sluice.request.LostGateways;
import dev.sluice.request.Pause;
import dev.sluice.request.RequestStore;
import dev.sluice.request.Retention;
import dev.sluice.telemetry.Metrics;
import dev.sluice.upstream.ModelCatalog;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.List;
import java.util.UUID;

/// Makes the runs. Whatever belongs to one of them is made with it, never when the function starts:
/// a snapshot of the started function is shared by its copies.
@Singleton
final class DaemonRuns {

  /// Where the rows are.
  @Singleton
  record Stores(
      DaemonRegistry registry,
      ClaimStore claims,
      RequestStore requests,
      LostGateways gateways,
      Retention retention) {}

  private final Stores stores;
  private final QueuedCallsFactory calls;
  private final ModelCatalog models;
  private final SpilledRecords spilled;
  private final Metrics metrics;
  private final SecureRandom random;
  private final DaemonConfiguration configuration;
  private final CallConfiguration callConfiguration;

  DaemonRuns(
      Stores stores,
      QueuedCallsFactory calls,
      ModelCatalog models,
      SpilledRecords spilled,
      Metrics metrics,
      SecureRandom random,
      DaemonConfiguration configuration,
      CallConfiguration callConfiguration) {
    this.stores = stores;
    this.calls = calls;
    this.models = models;
    this.spilled = spilled;
    this.metrics = metrics;
    this.random = random;
    this.configuration = configuration;
    this.callConfiguration = callConfiguration;
  }

  /// Where large bodies and spilled records are, and where the latter go.
  @Singleton
  record SpilledRecords(CompletionQueue queue, ObjectStore objects) {}

  DaemonRun next() {
    DatabaseClock clock = new DatabaseClock(System::nanoTime);
    RunPorts ports =
        new RunPorts(
            freshId(),
            stores.registry(),
            stores.claims(),
            stores.requests(),
            models,
            calls.with(clock),
            clock,
            new Insistence(Pause.ofThread()),
            metrics,
            random);
    return new DaemonRun(ports, () -> duties(ports), configuration, callConfiguration);
  }

  private List<Duty> duties(RunPorts ports) {
    return List.of(
        new Expirer(ports, configuration),
        new LeaseRescuer(ports, configuration),
        new GatewayRescuer(stores.gateways(), ports.clock(), metrics, configuration),
        new SpillSweeper(spilled.queue(), spilled.objects(), metrics, configuration),
        new RetentionDuty(
            stores.retention(), stores.requests(), spilled.objects(), metrics, configuration));
  }

  /// A random UUID (RFC 9562, 5.4), from the generator that is handed in.
  private UUID freshId() {
    long high = (random.nextLong() & ~0xF000L) | 0x4000L;
    long low = (random.nextLong() & ~(3L << 62)) | (1L << 63);
    return new UUID(high, low);
  }
}
