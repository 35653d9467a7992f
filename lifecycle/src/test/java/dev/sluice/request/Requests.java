package dev.sluice.request;

import dev.sluice.request.Request.Claimed;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.Request.Pending;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Requests in their states, for tests of the transitions.
final class Requests {

  static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  static final Claim CLAIM = new Claim(new UUID(5, 6), new UUID(7, 8), NOON.plusSeconds(30));

  private Requests() {}

  static RequestData data(ServiceTier tier) {
    return new RequestData(
        new ResponseId(new UUID(1, 1)),
        new UUID(2, 2),
        "key00001",
        Endpoint.RESPONSES,
        "model",
        tier,
        false,
        true,
        true,
        NOON,
        NOON,
        null,
        false,
        false);
  }

  static Pending pending(@Nullable Instant deadline) {
    return new Pending(data(ServiceTier.FLEX), Schedule.fresh(deadline));
  }

  static Claimed claimed() {
    return pending(null).claim(CLAIM);
  }

  /// In the call of this attempt.
  static Dispatched dispatched(ServiceTier tier, int attempt, @Nullable Instant deadline) {
    return new Dispatched(
        data(tier).startedAt(NOON), new Schedule(attempt, 0, null, deadline), CLAIM);
  }
}
