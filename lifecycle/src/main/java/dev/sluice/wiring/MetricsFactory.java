package dev.sluice.wiring;

import dev.sluice.telemetry.EmfMetrics;
import dev.sluice.telemetry.Metrics;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.annotation.Secondary;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Figures go to CloudWatch through the log, unless the context was given another sink.
@Factory
final class MetricsFactory {

  /// Its lines must reach standard output bare: the logging configuration of each function sees to
  /// it.
  private static final Logger LINES = LoggerFactory.getLogger("dev.sluice.metrics");

  /// @param namespace one for each deployment of an account
  @Singleton
  @Secondary
  Metrics metrics(
      @Property(name = "sluice.metrics-namespace", defaultValue = "Sluice") String namespace,
      InstantSource clock) {
    return new EmfMetrics(namespace, clock, LINES::info);
  }
}
