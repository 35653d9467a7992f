package dev.sluice.wiring;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/// What an operator can set about upstream calls, as `sluice.upstream.…`.
///
/// @param maxResponseBytes of an upstream's answer, streams included
/// @param maxEventBytes of one event of a stream
@ConfigurationProperties("sluice.upstream")
public record UpstreamSettings(
    @Bindable(defaultValue = "33554432") int maxResponseBytes,
    @Bindable(defaultValue = "8388608") int maxEventBytes) {

  public UpstreamSettings {
    if (maxResponseBytes < 1 || maxEventBytes < 1) {
      throw new IllegalArgumentException("sluice.upstream: sizes are at least one byte");
    }
  }
}
