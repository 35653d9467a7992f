package dev.sluice.daemon;

import dev.sluice.call.QueuedCall;
import dev.sluice.request.Request.Claimed;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.Request.Held;
import dev.sluice.request.ResponseId;
import dev.sluice.upstream.Model;
import org.jspecify.annotations.Nullable;

/// A request that this run holds, with its call once there is one. Safe for use by several threads.
final class InFlight {

  private final Model model;
  private final Model.Target target;
  private Held held;
  private @Nullable QueuedCall call;
  private @Nullable Cancellation cancellation;
  private boolean hasResult;

  /// @param target whom its call is planned for
  InFlight(Claimed claimed, Model model, Model.Target target) {
    this.held = claimed;
    this.model = model;
    this.target = target;
  }

  ResponseId id() {
    return held().data().id();
  }

  Model model() {
    return model;
  }

  Model.Target target() {
    return target;
  }

  synchronized Held held() {
    return held;
  }

  synchronized void started(Dispatched dispatched) {
    held = dispatched;
  }

  /// Whether it was tried before; those that a crash gave back are not counted.
  boolean isRetry() {
    return held().schedule().notBefore() != null;
  }

  /// Its call is about to run; ended before it begins when that was asked for meanwhile.
  void begin(QueuedCall begun) {
    boolean isOver;
    synchronized (this) {
      call = begun;
      isOver = cancellation != null;
    }
    if (isOver) {
      begun.abort();
    }
  }

  /// Its call is over. What becomes of the request is decided where the result is saved.
  synchronized void resulted() {
    hasResult = true;
  }

  synchronized boolean hasResult() {
    return hasResult;
  }

  /// Ends the call as soon as possible. The first reason stands.
  ///
  /// @return whether this was the first
  boolean abort(Cancellation reason) {
    QueuedCall running;
    synchronized (this) {
      if (cancellation != null) {
        return false;
      }
      cancellation = reason;
      running = call;
    }
    if (running != null) {
      running.abort();
    }
    return true;
  }

  /// Why its call was ended; null when it was not.
  synchronized @Nullable Cancellation cancellation() {
    return cancellation;
  }
}
