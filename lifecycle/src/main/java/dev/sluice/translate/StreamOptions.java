package dev.sluice.translate;

import dev.sluice.upstream.ChatTraits;
import dev.sluice.wire.JsonValue.JsonObject;

/// What a chat server is asked to tell of the usage of a streamed answer.
final class StreamOptions {

  private static final String CONTINUOUS = "continuous_usage_stats";

  private StreamOptions() {}

  /// @param own what the client asked for
  static JsonObject of(JsonObject own, ChatTraits traits) {
    JsonObject.Builder json = own.toBuilder().put("include_usage", true);
    return traits.continuousUsage() ? json.put(CONTINUOUS, true).build() : json.build();
  }

  /// Whether chunks have counts that the client did not ask for.
  static boolean addCounts(JsonObject own, ChatTraits traits) {
    return traits.continuousUsage() && !own.isTrue(CONTINUOUS);
  }
}
