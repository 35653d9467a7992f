package dev.sluice.gateway.inference;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.Deadline;
import dev.sluice.request.Endpoint;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ResponseIds;
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

  /// @param startNanos when the request came, on the clock of its deadline
  /// @throws GatewayException 400, 403, 404, 413 or 415; 503 when the turns before cannot be read
  Admission admit(Endpoint endpoint, InboundRequest inbound, Caller caller, long startNanos) {
    return admit(rules.check(endpoint, inbound), inbound, caller, startNanos);
  }

  /// The same for a request whose input is only to be counted.
  Admission admitCount(InboundRequest inbound, Caller caller, long startNanos) {
    return admit(rules.checkCount(inbound), inbound, caller, startNanos);
  }

  private Admission admit(
      ValidRequest request, InboundRequest inbound, Caller caller, long startNanos) {
    Model model = candidates.model(request, caller);
    Deadline end =
        inbound
            .deadline()
            .minus(settings.endMargin())
            .orSooner(request.stream() ? settings.maxStreamTotal() : settings.maxTotal());
    ClientCall call = calls.of(request, data(request, caller), caller, end);
    // What is no id was refused when the turns before were read.
    ResponseId previous = request.previous().flatMap(ResponseId::parse).orElse(null);
    return new Admission(inbound, call, previous, candidates.of(call, model), startNanos, end);
  }

  private RequestData data(ValidRequest request, Caller caller) {
    Instant at = clock.instant();
    return new RequestData(
        ids.next(caller.accountId()),
        caller.accountId(),
        caller.keyId(),
        request.endpoint(),
        request.common().model(),
        request.common().tier(),
        request.stream(),
        false,
        request.common().store(),
        at,
        at,
        at,
        false,
        false);
  }
}
