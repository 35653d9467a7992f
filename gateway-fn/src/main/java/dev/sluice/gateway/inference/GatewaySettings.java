package dev.sluice.gateway.inference;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/// What an operator can set about the inference path, as `sluice.gateway.…`.
///
/// @param maxBodyBytes of a request; API Gateway carries 6 MB for the whole event, so about 5 MB of
///   JSON
/// @param keepAlive a stream that was silent for so long gets a comment
/// @param startedWithin how long the acknowledgement of a `started` record may take
/// @param endMargin the part of the function's time that an upstream call leaves for recording its
///   end; longer than `sluice.queue.retry-for` and a spill together
/// @param maxTotal of a call that is not streamed: API Gateway cuts five minutes of silence
/// @param maxStreamTotal of a streamed call: the function lives 15 minutes
/// @param flexWait how long the client of a flex request that is not streamed waits for its answer
/// @param flexWindow after its creation a flex request is not begun any more
@ConfigurationProperties("sluice.gateway")
public record GatewaySettings(
    @Bindable(defaultValue = "6291456") int maxBodyBytes,
    @Bindable(defaultValue = "15s") Duration keepAlive,
    @Bindable(defaultValue = "5s") Duration startedWithin,
    @Bindable(defaultValue = "20s") Duration endMargin,
    @Bindable(defaultValue = "270s") Duration maxTotal,
    @Bindable(defaultValue = "14m") Duration maxStreamTotal,
    @Bindable(defaultValue = "270s") Duration flexWait,
    @Bindable(defaultValue = "1h") Duration flexWindow) {

  public GatewaySettings {
    if (maxBodyBytes < 1) {
      throw new IllegalArgumentException("sluice.gateway: a size is at least one byte");
    }
    if (!isPositive(keepAlive)
        || !isPositive(startedWithin)
        || !isPositive(endMargin)
        || !isPositive(maxTotal)
        || !isPositive(maxStreamTotal)
        || !isPositive(flexWait)
        || !isPositive(flexWindow)) {
      throw new IllegalArgumentException("sluice.gateway: times are longer than nothing");
    }
  }

  private static boolean isPositive(Duration duration) {
    return !duration.isNegative() && !duration.isZero();
  }
}
