package dev.sluice.wire;

import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/// The members of a Response object that echo the request, each with the value that was in force.
///
/// @param values every name of [#DEFAULTS], and nothing else
public record ResponseParameters(JsonObject values) {

  /// What is in force when the request says nothing (Open Responses, `ResponseResource`: only those
  /// that are null here may be null).
  public static final ResponseParameters DEFAULTS =
      new ResponseParameters(
          JsonObject.builder()
              .put("instructions", JsonNull.NULL)
              .put("max_output_tokens", JsonNull.NULL)
              .put("max_tool_calls", JsonNull.NULL)
              .put("metadata", JsonObject.EMPTY)
              .put("parallel_tool_calls", true)
              .put("previous_response_id", JsonNull.NULL)
              .put("presence_penalty", 0)
              .put("frequency_penalty", 0)
              .put("prompt_cache_key", JsonNull.NULL)
              .put("reasoning", JsonNull.NULL)
              .put("safety_identifier", JsonNull.NULL)
              .put("temperature", new JsonNumber("1"))
              .put(
                  "text",
                  JsonObject.builder()
                      .put("format", JsonObject.builder().put("type", "text").build())
                      .build())
              .put("tool_choice", "auto")
              .put("tools", JsonArray.EMPTY)
              .put("top_logprobs", 0)
              .put("top_p", new JsonNumber("1"))
              .put("truncation", "disabled")
              .build());

  /// The defaults with the given values in their place.
  ///
  /// @throws IllegalArgumentException for a name that is no parameter
  public static ResponseParameters with(Map<String, JsonValue> given) {
    Map<String, JsonValue> members = new LinkedHashMap<>(DEFAULTS.values().members());
    given.forEach((name, value) -> {
      if (members.replace(name, value) == null) {
        throw new IllegalArgumentException("A response has no parameter " + name);
      }
    });
    return new ResponseParameters(new JsonObject(members));
  }
}
