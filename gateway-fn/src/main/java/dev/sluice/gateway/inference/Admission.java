package dev.sluice.gateway.inference;

import dev.sluice.completion.CompletionRecord.Head;
import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.Deadline;
import dev.sluice.request.ResponseId;
import dev.sluice.upstream.Model;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/// A request that may go to a model server: its caller is known, its body is valid, its model
/// exists and is allowed.
///
/// @param at when it was accepted, by the gateway's clock
/// @param startNanos the same on the clock of `end`
/// @param end when the upstream call must have ended
record Admission(
    InboundRequest inbound,
    Caller caller,
    ValidRequest request,
    Model model,
    ResponseId id,
    Instant at,
    long startNanos,
    Deadline end) {

  Duration elapsed() {
    return Duration.ofNanos(end.nanoClock().getAsLong() - startNanos);
  }

  /// The head of a record of this request.
  Head head(Instant occurredAt) {
    return new Head(
        UUID.randomUUID(),
        id,
        caller.accountId(),
        caller.keyId(),
        occurredAt,
        request.endpoint(),
        model.alias(),
        request.common().tier(),
        request.stream(),
        false,
        request.common().store(),
        at,
        inbound.traceId());
  }
}
