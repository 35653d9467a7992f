package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A stored chat completion as the chunks of a stream. Pure: the same completion always gives the
/// same frames.
public final class ChatReplay {

  private static final List<String> SHARED =
      List.of("created", "model", "system_fingerprint", "service_tier");

  /// What a first delta, or a delta of its own, says.
  private static final Set<String> APART =
      Set.of("role", "content", "refusal", "tool_calls", "function_call");

  private ChatReplay() {}

  /// The frames of a completion, without the final `[DONE]`. A choice that never finished has no
  /// finish reason here either.
  ///
  /// @param usage whether the client asked for usage
  public static List<byte[]> frames(JsonObject completion, boolean usage) {
    ChatChunks chunks = new ChatChunks(head(completion), usage);
    List<byte[]> frames = new ArrayList<>();
    for (JsonValue item : completion.items("choices")) {
      if (item instanceof JsonObject choice) {
        addChoice(choice, chunks, frames);
      }
    }
    if (usage) {
      completion.object("usage").map(chunks::counts).ifPresent(frames::add);
    }
    return List.copyOf(frames);
  }

  private static JsonObject head(JsonObject completion) {
    JsonObject.Builder head =
        JsonObject.builder()
            .put("id", completion.text("id").orElse(""))
            .put("object", "chat.completion.chunk");
    for (String name : SHARED) {
      JsonValue value = completion.get(name);
      if (value != null) {
        head.put(name, value);
      }
    }
    return head.build();
  }

  private static void addChoice(JsonObject choice, ChatChunks chunks, List<byte[]> frames) {
    long index = choice.number("index").orElse(0L);
    JsonObject message = choice.object("message").orElse(JsonObject.EMPTY);
    frames.add(chunks.begin(index, message.isAbsent("content")));
    message
        .members()
        .forEach((name, value) -> {
          // Reasoning, annotations and whatever else a server adds to its messages.
          if (!APART.contains(name) && !(value instanceof JsonNull)) {
            frames.add(chunks.delta(index, single(name, value)));
          }
        });
    JsonValue logprobs = Objects.requireNonNullElse(choice.get("logprobs"), JsonNull.NULL);
    JsonObject said = said(message.get("content"));
    if (!said.members().isEmpty() || !(logprobs instanceof JsonNull)) {
      frames.add(chunks.delta(index, said, logprobs));
    }
    message
        .text("refusal")
        .filter(text -> !text.isEmpty())
        .ifPresent(text -> frames.add(chunks.delta(index, single("refusal", JsonValue.of(text)))));
    List<JsonValue> calls = message.items("tool_calls");
    for (int i = 0; i < calls.size(); i++) {
      if (calls.get(i) instanceof JsonObject call) {
        frames.add(chunks.delta(index, single("tool_calls", numbered(call, i))));
      }
    }
    message
        .object("function_call")
        .ifPresent(call -> frames.add(chunks.delta(index, single("function_call", call))));
    choice.text("finish_reason").ifPresent(reason -> frames.add(chunks.finish(index, reason)));
  }

  /// Empty when the message has no words.
  private static JsonObject said(@Nullable JsonValue content) {
    return switch (content) {
      case JsonString(String text) when text.isEmpty() -> JsonObject.EMPTY;
      case JsonNull _ -> JsonObject.EMPTY;
      case null -> JsonObject.EMPTY;
      default -> single("content", content);
    };
  }

  private static JsonArray numbered(JsonObject call, int index) {
    JsonObject.Builder numbered = JsonObject.builder().put("index", index);
    call.members().forEach(numbered::put);
    return new JsonArray(List.of(numbered.build()));
  }

  private static JsonObject single(String name, JsonValue value) {
    return JsonObject.builder().put(name, value).build();
  }
}
