package dev.sluice.upstream;

/// In what model servers of the chat protocol differ from each other. It matters where the gateway
/// writes the chat request itself; a client's own chat request is never changed by it.
///
/// @param limitParameter what the server calls the limit of its answer: `max_completion_tokens`, or
///   `max_tokens` on servers that know only the older name
/// @param developerRole the role of developer messages: `developer`, or `system` on servers and
///   chat templates that know no other
/// @param reasoningInput whether the server takes earlier reasoning back as `reasoning_content`
/// @param continuousUsage whether the server counts in every chunk of a stream when it is asked to
///   (`stream_options.continuous_usage_stats`, vLLM 2026-08), so that it is known what an aborted
///   answer has cost
public record ChatTraits(
    String limitParameter, String developerRole, boolean reasoningInput, boolean continuousUsage) {

  /// `system` is understood by every server, the newer limit by nearly all. Reasoning is not sent
  /// back, and no count is asked for in every chunk: a server that does not know the member may
  /// refuse the whole request.
  public static final ChatTraits DEFAULT =
      new ChatTraits("max_completion_tokens", "system", false, false);
}
