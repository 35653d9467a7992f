package dev.sluice.gateway.inference;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.gateway.inference.Admissions.Arrival;
import dev.sluice.gateway.read.IdempotencyGuard;
import dev.sluice.gateway.read.IdempotencyGuard.Decision;
import dev.sluice.request.IdempotencyStore;
import dev.sluice.request.Request;
import dev.sluice.request.RequestQueue.RepeatKey;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Tells whether a request that is to be queued was queued before: under a key of its client, or by
/// an SDK that has lost its connection and sends the same once more. Safe for use by several
/// threads.
@Singleton
final class QueuedRepeats {

  /// The SDKs of OpenAI count their retries in it.
  private static final String RETRY_COUNT = "x-stainless-retry-count";

  private static final Pattern RETRY = Pattern.compile("[1-9][0-9]{0,8}");

  /// No key of a client begins with it: those are of ASCII.
  private static final String SDK_PREFIX = "§";

  private static final Duration SDK_LIFETIME = Duration.ofMinutes(10);

  private final IdempotencyGuard guard;
  private final IdempotencyStore keys;
  private final RequestStore requests;
  private final Metrics metrics;

  QueuedRepeats(
      IdempotencyGuard guard, IdempotencyStore keys, RequestStore requests, Metrics metrics) {
    this.guard = guard;
    this.keys = keys;
    this.requests = requests;
    this.metrics = metrics;
  }

  /// What a request is.
  sealed interface Kind {

    /// It is to be queued.
    ///
    /// @param as under this id, which an earlier try of it may have got
    /// @param sdkKey by which its SDK's repeats are known; null when its client chose a key
    /// @param release takes back what was claimed for it; to be run when it is refused
    record Fresh(Arrival as, @Nullable RepeatKey sdkKey, Runnable release) implements Kind {}

    /// It is stored already.
    record Repeat(Request original) implements Kind {}
  }

  /// @throws dev.sluice.gateway.errors.GatewayException as [IdempotencyGuard#claimQueued], and 400
  ///   for a key that is none
  Kind kind(Arrival arrival) {
    InboundRequest inbound = arrival.inbound();
    String hash = IdempotencyGuard.hash(inbound);
    Optional<String> key = IdempotencyGuard.key(inbound);
    return key.isPresent() ? ofKey(arrival, key.get(), hash) : ofSdk(arrival, hash);
  }

  private Kind ofKey(Arrival arrival, String key, String hash) {
    Caller caller = arrival.caller();
    return switch (guard.claimQueued(caller, key, hash, arrival.id())) {
      case Decision.Fresh() -> fresh(arrival, key);
      // The key is the first try's, which may be about to be stored under it.
      case Decision.Unrecorded(ResponseId id) -> new Kind.Fresh(arrival.as(id), null, () -> {});
      case Decision.Repeat(ResponseId original) ->
          find(caller, original)
              .<Kind>map(Kind.Repeat::new)
              .orElseThrow(() -> OwedAnswer.repeated(original, EndedAnswers.gone(original)));
    };
  }

  private Kind fresh(Arrival arrival, String key) {
    return new Kind.Fresh(arrival, null, () -> guard.release(arrival.caller(), key, arrival.id()));
  }

  private Kind ofSdk(Arrival arrival, String hash) {
    Caller caller = arrival.caller();
    String key = SDK_PREFIX + caller.keyId() + hash;
    Optional<Request> original =
        isRetry(arrival.inbound())
            ? keys.find(caller.accountId(), key)
                .flatMap(claim -> find(caller, claim.id()))
                .filter(request -> !IdempotencyGuard.isCurable(request))
            : Optional.empty();
    if (original.isEmpty()) {
      return new Kind.Fresh(arrival, new RepeatKey(key, hash, SDK_LIFETIME), () -> {});
    }
    metrics.count(Metric.SDK_RETRIES_JOINED);
    return new Kind.Repeat(original.get());
  }

  private static boolean isRetry(InboundRequest inbound) {
    return inbound.header(RETRY_COUNT).filter(count -> RETRY.matcher(count).matches()).isPresent();
  }

  private Optional<Request> find(Caller caller, ResponseId id) {
    return requests.find(caller.accountId(), id).filter(request -> request.data().isVisible());
  }
}
