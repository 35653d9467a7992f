package dev.sluice.wiring;

import dev.sluice.aws.EventBridgeNextRun;
import dev.sluice.telemetry.Metrics;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// Calls of the daemon at times of its own: there are none where its regular schedule comes often.
@Factory
final class NextRunFactory {

  /// @param endpoint a server other than AWS, null on AWS
  @Singleton
  @Bean(preDestroy = "close")
  @Requires(property = "sluice.schedule.role")
  EventBridgeNextRun nextRun(
      @Property(name = "sluice.schedule.group") String group,
      @Property(name = "sluice.schedule.role") String role,
      @Property(name = "sluice.schedule.endpoint") @Nullable URI endpoint,
      InstantSource clock,
      Metrics metrics) {
    return EventBridgeNextRun.connect(
        new EventBridgeNextRun.Target(group, role, endpoint), clock, metrics);
  }
}
