package dev.sluice.translate;

import dev.sluice.request.Usage;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.Optional;

/// The `usage` object of an answer as our own counts. A count that is missing, negative or not a
/// whole number is 0, and none is larger than any answer can be.
public final class UsageCounts {

  private UsageCounts() {}

  /// The counts of a chat completion, of one of its chunks or of embeddings; empty when it says
  /// nothing.
  public static Optional<Usage> ofChat(JsonObject answer) {
    return of(answer, "prompt_tokens", "completion_tokens");
  }

  /// The counts of a Response; empty when it says nothing.
  public static Optional<Usage> ofResponse(JsonObject response) {
    return of(response, "input_tokens", "output_tokens");
  }

  private static Optional<Usage> of(JsonObject answer, String input, String output) {
    return answer
        .object("usage")
        .map(usage ->
            new Usage(
                count(usage, input),
                count(usage, output),
                detail(usage, input, "cached_tokens"),
                detail(usage, output, "reasoning_tokens")));
  }

  /// The details of a count stand beside it, under its name.
  private static long detail(JsonObject usage, String name, String part) {
    return usage.object(name + "_details").map(details -> count(details, part)).orElse(0L);
  }

  private static long count(JsonObject counts, String name) {
    return Math.clamp(counts.number(name).orElse(0L), 0L, Integer.MAX_VALUE);
  }
}
