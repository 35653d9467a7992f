package dev.sluice.gateway.inference;

import dev.sluice.completion.CompletionRecord.Head;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.Deadline;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseId;
import dev.sluice.translate.ClientCall;
import dev.sluice.translate.Translation;
import dev.sluice.upstream.Model;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A request that may go to a model server: its caller is known, its body is valid, its model
/// exists and is allowed, and there is a way to ask for it.
///
/// @param call the request as translations read it
/// @param previous the response that this one continues; null when it begins a conversation
/// @param candidates who may answer it, in fallback order, never empty
/// @param startNanos when it was accepted, on the clock of `end`
/// @param end when the upstream call must have ended
record Admission(
    InboundRequest inbound,
    ClientCall call,
    @Nullable ResponseId previous,
    List<Candidate> candidates,
    long startNanos,
    Deadline end) {

  Admission {
    candidates = List.copyOf(candidates);
  }

  /// A model server, and how it is asked.
  record Candidate(Model.Target target, Translation translation) {}

  RequestData request() {
    return call.request();
  }

  ResponseId id() {
    return request().id();
  }

  /// The model as the client calls it.
  String alias() {
    return request().model();
  }

  Duration elapsed() {
    return Duration.ofNanos(end.nanoClock().getAsLong() - startNanos);
  }

  /// The head of a record of this request.
  Head head(Instant occurredAt) {
    RequestData request = request();
    return new Head(
        UUID.randomUUID(),
        request.id(),
        request.accountId(),
        request.apiKeyId(),
        occurredAt,
        request.endpoint(),
        request.model(),
        request.tier(),
        request.stream(),
        request.background(),
        request.store(),
        request.createdAt(),
        inbound.traceId(),
        previous);
  }
}
