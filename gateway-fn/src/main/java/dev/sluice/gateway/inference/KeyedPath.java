package dev.sluice.gateway.inference;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.read.IdempotencyGuard;
import dev.sluice.gateway.read.IdempotencyGuard.Decision;
import dev.sluice.request.ResponseId;
import dev.sluice.sandbox.SandboxLife;
import jakarta.inject.Singleton;
import java.util.Optional;

/// Serves admitted requests, each `Idempotency-Key` once: the first request of a key runs, a repeat
/// gets what that one got. Safe for use by several threads.
@Singleton
final class KeyedPath {

  private final IdempotencyGuard guard;
  private final IdempotentReplay replay;
  private final RealtimePath realtime;
  private final SandboxLife life;

  KeyedPath(
      IdempotencyGuard guard, IdempotentReplay replay, RealtimePath realtime, SandboxLife life) {
    this.guard = guard;
    this.replay = replay;
    this.realtime = realtime;
    this.life = life;
  }

  /// As [RealtimePath#serve], once the key is this request's.
  ///
  /// @throws dev.sluice.gateway.errors.GatewayException also 400 for a key that is none, 409 for
  ///   one that stands for another request, 503 while its first request runs
  void serve(Admission admission, Caller caller, ClientReply client, RequestSummary summary) {
    Optional<String> key = IdempotencyGuard.key(admission.inbound());
    if (key.isEmpty()) {
      run(admission, client, summary, () -> {});
      return;
    }
    Decision decision =
        guard.claim(
            caller,
            key.get(),
            IdempotencyGuard.hash(admission.inbound()),
            admission.id(),
            admission.end());
    switch (decision) {
      case Decision.Fresh() ->
          run(admission, client, summary, () -> guard.release(caller, key.get(), admission.id()));
      case Decision.Repeat(ResponseId original) ->
          replay.replay(caller, original, admission.inbound(), client);
    }
  }

  private void run(
      Admission admission, ClientReply client, RequestSummary summary, Runnable unbegun) {
    // A model server may take minutes, and the database is not asked again.
    life.beforeWait();
    realtime.serve(admission, client, summary, unbegun);
  }
}
