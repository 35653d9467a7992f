package dev.sluice.call;

import dev.sluice.upstream.UpstreamClient;

/// The model servers, and how much of an answer of theirs is read at once.
///
/// @param maxEventBytes a larger event of a stream fails its answer
public record Upstreams(UpstreamClient client, int maxEventBytes) {}
