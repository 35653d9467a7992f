package dev.sluice.gateway.inference;

import dev.sluice.upstream.UpstreamBody;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A body that remembers when its first byte came. For use by one thread.
final class FirstByteTimer implements UpstreamBody {

  private final UpstreamBody body;
  private final Admission admission;
  private @Nullable Long millis;

  FirstByteTimer(UpstreamBody body, Admission admission) {
    this.body = body;
    this.admission = admission;
  }

  @Override
  public Read next(Duration patience) {
    Read read = body.next(patience);
    if (millis == null && read instanceof Read.Bytes) {
      millis = admission.elapsed().toMillis();
    }
    return read;
  }

  /// From accepting the request to the first byte; null when none has come.
  @Nullable Long millis() {
    return millis;
  }
}
