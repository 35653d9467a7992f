package dev.sluice.sandbox;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The points in the life of a function instance at which connections and secrets must go. Safe for
/// use by several threads.
///
/// A connection that cannot be closed is logged and never fails the invocation: its work is done.
public final class SandboxLife {

  /// Shorter waits are not worth a new connection.
  private static final Duration LONG_WAIT = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(SandboxLife.class);

  private final Supplier<List<HeldConnections>> held;
  private final Supplier<List<Remembered>> remembered;
  private final boolean keepConnections;

  /// @param held asked each time, for what was made until then
  /// @param remembered asked each time, for what was made until then
  /// @param keepConnections for a process that is never frozen and serves many calls at once:
  ///   connections stay from call to call
  public SandboxLife(
      Supplier<List<HeldConnections>> held,
      Supplier<List<Remembered>> remembered,
      boolean keepConnections) {
    this.held = held;
    this.remembered = remembered;
    this.keepConnections = keepConnections;
  }

  /// The first act of an invocation whose forerunner may have left connections open: after a pause
  /// of any length, those that have died are closed before they are used.
  public void startOfInvocation() {
    if (!keepConnections) {
      held.get().forEach(HeldConnections::verify);
    }
  }

  /// The last act of every invocation: what follows may be a pause of any length. Left out only
  /// where the next invocation is known to wait already, and begins with [#startOfInvocation()].
  public void endOfInvocation() {
    if (!keepConnections) {
      held.get().forEach(SandboxLife::release);
    }
  }

  /// Before something else is waited for, such as a model server: lets go of the connections that
  /// others may want meanwhile.
  public void beforeWait() {
    if (!keepConnections) {
      held.get().stream().filter(HeldConnections::isScarce).forEach(SandboxLife::release);
    }
  }

  /// As [#beforeWait()] when the wait is long enough to be worth it.
  public void beforeWait(Duration expected) {
    if (expected.compareTo(LONG_WAIT) >= 0) {
      beforeWait();
    }
  }

  /// Before a snapshot, which is kept for weeks and from which many copies start: no connection and
  /// no secret may be part of it.
  public void beforeSnapshot() {
    held.get().forEach(SandboxLife::release);
    remembered.get().forEach(Remembered::forget);
  }

  private static void release(HeldConnections connections) {
    try {
      connections.release();
    } catch (RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("holder", connections.getClass().getSimpleName())
          .setCause(e)
          .log("Connections could not be closed; the next use opens new ones all the same");
    }
  }
}
