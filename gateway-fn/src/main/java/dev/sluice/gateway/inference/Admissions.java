package dev.sluice.gateway.inference;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.Deadline;
import dev.sluice.request.Endpoint;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ResponseIds;
import dev.sluice.request.ServiceTier;
import dev.sluice.translate.ClientCall;
import dev.sluice.upstream.Model;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;

/// Decides whether a request may go to a model server, and gives it its id when it may. What is
/// refused here leaves no trace in the database. Safe for use by several threads.
@Singleton
final class Admissions {

  private final Candidates candidates;
  private final ResponsesCalls calls;
  private final ResponseIds ids;
  private final InstantSource clock;
  private final GatewaySettings settings;
  private final RequestRules rules;

  Admissions(
      Candidates candidates,
      ResponsesCalls calls,
      ResponseIds ids,
      InstantSource clock,
      GatewaySettings settings) {
    this.candidates = candidates;
    this.calls = calls;
    this.ids = ids;
    this.clock = clock;
    this.settings = settings;
    this.rules = new RequestRules(settings.maxBodyBytes());
  }

  /// A request whose body is valid, and the id that it has if it is admitted.
  ///
  /// @param startNanos when the request came, on the clock of its deadline
  record Arrival(
      InboundRequest inbound, Caller caller, ValidRequest request, ResponseId id, long startNanos) {

    /// The same request under the id that an earlier try of it got.
    Arrival as(ResponseId earlier) {
      return new Arrival(inbound, caller, request, earlier, startNanos);
    }
  }

  /// @throws GatewayException 400, 413 or 415
  Arrival check(Endpoint endpoint, InboundRequest inbound, Caller caller, long startNanos) {
    return arrival(rules.check(endpoint, inbound), inbound, caller, startNanos);
  }

  /// The same for a request whose input is only to be counted.
  Arrival checkCount(InboundRequest inbound, Caller caller, long startNanos) {
    return arrival(rules.checkCount(inbound), inbound, caller, startNanos);
  }

  private Arrival arrival(
      ValidRequest request, InboundRequest inbound, Caller caller, long startNanos) {
    return new Arrival(inbound, caller, request, ids.next(caller.accountId()), startNanos);
  }

  /// @throws GatewayException 400, 403 or 404; 503 when the turns before cannot be read
  Admission admit(Arrival arrival) {
    ValidRequest request = arrival.request();
    InboundRequest inbound = arrival.inbound();
    Model model = candidates.model(request, arrival.caller());
    checkTier(request, arrival.caller());
    Deadline end =
        inbound
            .deadline()
            .minus(settings.endMargin())
            .orSooner(request.stream() ? settings.maxStreamTotal() : settings.maxTotal());
    ClientCall call = calls.of(request, data(arrival), arrival.caller(), end);
    // What is no id was refused when the turns before were read.
    ResponseId previous = request.previous().flatMap(ResponseId::parse).orElse(null);
    return new Admission(
        inbound, call, previous, candidates.of(call, model), arrival.startNanos(), end);
  }

  private static void checkTier(ValidRequest request, Caller caller) {
    String capability = ServiceTier.BACKGROUND.text();
    if (request.common().tier() == ServiceTier.BACKGROUND
        && !caller.key().capabilities().contains(capability)) {
      throw GatewayException.of(
          ErrorCode.TIER_NOT_ALLOWED,
          "This key may not use the service tier 'background': it lacks the capability '"
              + capability
              + "'.",
          "service_tier");
    }
  }

  private RequestData data(Arrival arrival) {
    Instant at = clock.instant();
    ValidRequest request = arrival.request();
    return new RequestData(
        arrival.id(),
        arrival.caller().accountId(),
        arrival.caller().keyId(),
        request.endpoint(),
        request.common().model(),
        request.common().tier(),
        request.stream(),
        request.isBackground(),
        request.common().store(),
        at,
        at,
        request.isQueued() ? null : at,
        false,
        false);
  }
}
