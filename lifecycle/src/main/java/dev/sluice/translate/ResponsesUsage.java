package dev.sluice.translate;

import dev.sluice.request.Usage;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.Optional;

/// The `usage` object of a Response as our own counts.
public final class ResponsesUsage {

  private ResponsesUsage() {}

  /// The counts of a Response; empty when it says nothing. A count that is missing, negative or not
  /// a whole number is 0, and none is larger than any answer can be.
  public static Optional<Usage> of(JsonObject response) {
    return response
        .object("usage")
        .map(usage ->
            new Usage(
                count(usage, "input_tokens"),
                count(usage, "output_tokens"),
                detail(usage, "input_tokens_details", "cached_tokens"),
                detail(usage, "output_tokens_details", "reasoning_tokens")));
  }

  private static long detail(JsonObject usage, String group, String name) {
    return usage.object(group).map(details -> count(details, name)).orElse(0L);
  }

  private static long count(JsonObject counts, String name) {
    return Math.clamp(counts.number(name).orElse(0L), 0L, Integer.MAX_VALUE);
  }
}
