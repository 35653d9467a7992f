package dev.sluice.translate;

import dev.sluice.request.Usage;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.Optional;

/// The `usage` object of chat completions and embeddings as our own counts.
public final class ChatUsage {

  private ChatUsage() {}

  /// The counts of an answer or of a chunk; empty when it says nothing. A count that is missing,
  /// negative or not a whole number is 0, and none is larger than any answer can be.
  public static Optional<Usage> of(JsonObject answer) {
    return answer
        .object("usage")
        .map(usage ->
            new Usage(
                count(usage, "prompt_tokens"),
                count(usage, "completion_tokens"),
                detail(usage, "prompt_tokens_details", "cached_tokens"),
                detail(usage, "completion_tokens_details", "reasoning_tokens")));
  }

  private static long detail(JsonObject usage, String group, String name) {
    return usage.object(group).map(details -> count(details, name)).orElse(0L);
  }

  private static long count(JsonObject counts, String name) {
    return Math.clamp(counts.number(name).orElse(0L), 0L, Integer.MAX_VALUE);
  }
}
