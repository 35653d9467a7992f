package dev.sluice.gateway.inference;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.gateway.read.IdempotencyGuard;
import dev.sluice.gateway.read.IdempotencyGuard.Decision;
import dev.sluice.request.ResponseId;
import dev.sluice.sandbox.SandboxLife;
import jakarta.inject.Singleton;
import java.util.Optional;

/// Admits requests and serves them, each `Idempotency-Key` once: the first request of a key runs, a
/// repeat gets what that one got.
///
/// The key is claimed before anything is asked that may change between the first request and its
/// repeat, such as the turns that it continues. Safe for use by several threads.
@Singleton
final class KeyedPath {

  private final Admissions admissions;
  private final IdempotencyGuard guard;
  private final IdempotentReplay replay;
  private final RealtimePath realtime;
  private final QueuedPath queued;
  private final SandboxLife life;

  KeyedPath(
      Admissions admissions,
      IdempotencyGuard guard,
      IdempotentReplay replay,
      RealtimePath realtime,
      QueuedPath queued,
      SandboxLife life) {
    this.admissions = admissions;
    this.guard = guard;
    this.replay = replay;
    this.realtime = realtime;
    this.queued = queued;
    this.life = life;
  }

  /// As [Admissions#admit] and [RealtimePath#serve] or [QueuedPath#serve], once the key is this
  /// request's.
  ///
  /// @throws dev.sluice.gateway.errors.GatewayException also 400 for a key that is none, 409 for
  ///   one that stands for another request, 503 while its first request runs
  void serve(Admissions.Arrival arrival, ClientReply client, RequestSummary summary) {
    if (arrival.request().isQueued()) {
      queued.serve(arrival, client, summary);
    } else {
      realtime(arrival, client, summary);
    }
  }

  private void realtime(Admissions.Arrival arrival, ClientReply client, RequestSummary summary) {
    InboundRequest inbound = arrival.inbound();
    Caller caller = arrival.caller();
    Optional<String> key = IdempotencyGuard.key(inbound);
    if (key.isEmpty()) {
      run(admissions.admit(arrival), client, summary, () -> {});
      return;
    }
    Decision decision =
        guard.claim(
            caller,
            key.get(),
            IdempotencyGuard.hash(inbound),
            arrival.id(),
            StoredResponses.readDeadline(inbound));
    switch (decision) {
      case Decision.Fresh() -> {
        Runnable release = () -> guard.release(caller, key.get(), arrival.id());
        run(admitted(arrival, release), client, summary, release);
      }
      case Decision.Unrecorded(ResponseId _) ->
          throw new IllegalStateException("Only queued requests are stored at once");
      case Decision.Repeat(ResponseId original) -> replay.replay(caller, original, inbound, client);
    }
  }

  /// A request that is refused has not used its key.
  private Admission admitted(Admissions.Arrival arrival, Runnable release) {
    try {
      return admissions.admit(arrival);
    } catch (RuntimeException e) {
      release.run();
      throw e;
    }
  }

  private void run(
      Admission admission, ClientReply client, RequestSummary summary, Runnable unbegun) {
    summary.admitted(admission.id(), admission.alias());
    // A model server may take minutes, and the database is not asked again.
    life.beforeWait();
    realtime.serve(admission, client, summary, unbegun);
  }
}
