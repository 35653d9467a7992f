package dev.sluice.upstream;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One call as it goes to a model server. Nothing that a client sent in a header is part of it.
///
/// @param path of the endpoint below the upstream's base, such as `/chat/completions`
/// @param body the JSON, already in the upstream's own terms
/// @param stream whether server-sent events are asked for
/// @param requestId shown to the upstream as `x-request-id`
/// @param traceparent W3C trace context, sent only to upstreams that are marked for it; null when
///   there is none
/// @param total how long the whole call may take, reading of the body included
@SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares calls by value
public record UpstreamRequest(
    Upstream upstream,
    String path,
    byte[] body,
    boolean stream,
    String requestId,
    @Nullable String traceparent,
    Duration total) {

  URI uri() {
    return URI.create(upstream.baseUrl() + path);
  }

  Optional<String> traceContext() {
    return upstream.propagateTrace() ? Optional.ofNullable(traceparent) : Optional.empty();
  }
}
