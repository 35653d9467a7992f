package dev.sluice.upstream;

import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.TimedOut;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A body that is read from its connection by the thread that wants it. Nothing is read ahead, so a
/// slow reader slows the upstream down instead of filling the memory.
final class SocketBody implements UpstreamBody {

  private final BodySource source;
  private final Limits limits;
  private final Owner owner;

  private long received;
  private @Nullable Deadline silence;
  private @Nullable Read last;

  /// @param idle between two pieces
  record Limits(Duration idle, Deadline total, long maxBytes) {}

  /// The call that the body belongs to.
  interface Owner {

    /// True once somebody has closed the call.
    boolean isClosed();

    /// Told once.
    ///
    /// @param isWhole whether all of the body was read
    void bodyEnded(boolean isWhole);
  }

  SocketBody(BodySource source, Limits limits, Owner owner) {
    this.source = source;
    this.limits = limits;
    this.owner = owner;
  }

  @Override
  public Read next(Duration patience) {
    if (last != null) {
      return last;
    }
    if (Thread.currentThread().isInterrupted() || owner.isClosed()) {
      return broken(lost());
    }
    if (silence == null) {
      silence = Deadline.in(limits.idle, limits.total.nanoClock());
    }
    try {
      byte[] bytes = source.next(silence.atMost(limits.total.atMost(patience)));
      return bytes == null ? ended(new Read.End()) : taken(bytes);
    } catch (SocketTimeoutException _) {
      return nothing(silence);
    } catch (IOException _) {
      return broken(lost());
    }
  }

  /// Why nothing more can be read: closing and interrupting break the connection too.
  private FailureReason lost() {
    if (owner.isClosed()) {
      return new CallLost("The call was closed.");
    }
    return Thread.currentThread().isInterrupted()
        ? new CallLost("The call was interrupted.")
        : new NetworkError("reset", "The connection broke in mid-answer.");
  }

  private Read nothing(Deadline silenceEnd) {
    if (limits.total.hasPassed()) {
      return broken(new TimedOut("total"));
    }
    return silenceEnd.hasPassed() ? broken(new TimedOut("idle")) : new Read.Silence();
  }

  private Read taken(byte[] bytes) {
    received += bytes.length;
    silence = null;
    if (received > limits.maxBytes) {
      return broken(
          new NetworkError(
              "too_large", "The answer is larger than " + limits.maxBytes + " bytes."));
    }
    if (limits.total.hasPassed()) {
      // A peer that drips is never silent; the whole still has an end.
      return broken(new TimedOut("total"));
    }
    return new Read.Bytes(bytes);
  }

  private Read broken(FailureReason reason) {
    return ended(new Read.Broken(reason));
  }

  private Read ended(Read end) {
    last = end;
    owner.bodyEnded(end instanceof Read.End);
    return end;
  }
}
