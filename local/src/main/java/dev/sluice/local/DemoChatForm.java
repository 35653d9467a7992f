package dev.sluice.local;

import dev.sluice.local.DemoReply.Text;
import dev.sluice.local.DemoReply.ToolCall;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A reply as a chat completion, or as its chunks.
final class DemoChatForm implements DemoForm {

  private final DemoAsk ask;
  private final DemoReply reply;
  private final Instant at;
  private final boolean usageWanted;
  private final boolean countsWanted;
  private final String id = "chatcmpl-" + UUID.randomUUID().toString().replace("-", "");

  DemoChatForm(DemoAsk ask, DemoReply reply, JsonObject body, Instant at) {
    this.ask = ask;
    this.reply = reply;
    this.at = at;
    JsonObject options = body.object("stream_options").orElse(JsonObject.EMPTY);
    this.usageWanted = options.isTrue("include_usage");
    this.countsWanted = usageWanted && options.isTrue("continuous_usage_stats");
  }

  @Override
  public JsonObject whole() {
    JsonObject choice =
        JsonObject.builder()
            .put("index", 0)
            .put("message", message())
            .put("logprobs", logprobs(reply.tokens()))
            .put("finish_reason", finishReason())
            .build();
    return frame("chat.completion", choice).put("usage", usage()).build();
  }

  @Override
  public List<Frame> opening() {
    List<Frame> frames = new ArrayList<>();
    switch (reply) {
      case Text(List<String> thoughts, _, _) -> {
        frames.add(chunk(0, assistant().put("content", "").build(), null));
        for (String thought : thoughts) {
          JsonObject delta = JsonObject.builder().put("reasoning_content", thought).build();
          frames.add(chunk(frames.size(), delta, null));
        }
      }
      case ToolCall call ->
          frames.add(
              chunk(
                  0,
                  assistant()
                      .put("content", JsonNull.NULL)
                      .put("tool_calls", list(call(call, "").put("index", 0).build()))
                      .build(),
                  null));
    }
    return frames;
  }

  @Override
  public List<Frame> deltas() {
    List<Frame> frames = new ArrayList<>();
    long told = DemoUsage.of(ask, reply).reasoning();
    for (String token : reply.tokens()) {
      told++;
      frames.add(chunk(told, delta(token), logprobs(List.of(token)), null));
    }
    return frames;
  }

  @Override
  public List<Frame> closing() {
    List<Frame> frames = new ArrayList<>();
    frames.add(chunk(DemoUsage.of(ask, reply).output(), JsonObject.EMPTY, finishReason()));
    if (usageWanted) {
      frames.add(Frame.of(frame("chat.completion.chunk").put("usage", usage()).build()));
    }
    frames.add(Frame.DONE);
    return frames;
  }

  @Override
  public List<Frame> failing(int tokens) {
    return List.of(Frame.of(DemoJson.failure()), Frame.DONE);
  }

  private String finishReason() {
    return switch (reply) {
      case Text(_, _, boolean cut) -> cut ? "length" : "stop";
      case ToolCall _ -> "tool_calls";
    };
  }

  private JsonObject message() {
    String text = String.join("", reply.tokens());
    return switch (reply) {
      case Text(List<String> thoughts, _, _) -> {
        JsonObject.Builder message = assistant().put("content", text);
        yield thoughts.isEmpty()
            ? message.build()
            : message.put("reasoning_content", String.join("", thoughts)).build();
      }
      case ToolCall call ->
          assistant()
              .put("content", JsonNull.NULL)
              .put("tool_calls", list(call(call, text).build()))
              .build();
    };
  }

  private JsonObject delta(String token) {
    return switch (reply) {
      case Text _ -> JsonObject.builder().put("content", token).build();
      case ToolCall(_, _, _, boolean custom) -> {
        String kind = custom ? "custom" : "function";
        String member = custom ? "input" : "arguments";
        JsonObject piece =
            JsonObject.builder()
                .put("index", 0)
                .put(kind, JsonObject.builder().put(member, token).build())
                .build();
        yield JsonObject.builder().put("tool_calls", list(piece)).build();
      }
    };
  }

  private static JsonObject.Builder call(ToolCall call, String content) {
    String kind = call.custom() ? "custom" : "function";
    return JsonObject.builder()
        .put("id", call.id())
        .put("type", kind)
        .put(
            kind,
            JsonObject.builder()
                .put("name", call.name())
                .put(call.custom() ? "input" : "arguments", content)
                .build());
  }

  private static JsonArray list(JsonValue item) {
    return new JsonArray(List.of(item));
  }

  private static JsonObject.Builder assistant() {
    return JsonObject.builder().put("role", "assistant").put("refusal", JsonNull.NULL);
  }

  private JsonObject.Builder frame(String object, JsonValue... choices) {
    return JsonObject.builder()
        .put("id", id)
        .put("object", object)
        .put("created", at.getEpochSecond())
        .put("model", ask.model().text())
        .put("choices", new JsonArray(List.of(choices)))
        .put("service_tier", "default")
        .put("system_fingerprint", "fp_demo");
  }

  private JsonValue logprobs(List<String> tokens) {
    return reply instanceof Text && ask.wanted().topLogprobs().isPresent()
        ? JsonObject.builder()
            .put("content", DemoLogprobs.of(tokens, ask.wanted().topLogprobs().get()))
            .put("refusal", JsonNull.NULL)
            .build()
        : JsonNull.NULL;
  }

  private Frame chunk(long told, JsonObject delta, @Nullable String finishReason) {
    return chunk(told, delta, JsonNull.NULL, finishReason);
  }

  /// @param told how many tokens the client has with it
  private Frame chunk(
      long told, JsonObject delta, JsonValue logprobs, @Nullable String finishReason) {
    JsonObject choice =
        JsonObject.builder()
            .put("index", 0)
            .put("delta", delta)
            .put("logprobs", logprobs)
            .putNullable("finish_reason", finishReason)
            .build();
    JsonObject.Builder chunk = frame("chat.completion.chunk", choice);
    if (countsWanted) {
      chunk.put("usage", usage(DemoUsage.of(ask, reply).after(told)));
    } else if (usageWanted) {
      chunk.put("usage", JsonNull.NULL);
    }
    return Frame.of(chunk.build());
  }

  private JsonObject usage() {
    return usage(DemoUsage.of(ask, reply));
  }

  private static JsonObject usage(DemoUsage usage) {
    return JsonObject.builder()
        .put("prompt_tokens", usage.input())
        .put("completion_tokens", usage.output())
        .put("total_tokens", usage.total())
        .put(
            "prompt_tokens_details",
            JsonObject.builder().put("cached_tokens", 0).put("audio_tokens", 0).build())
        .put(
            "completion_tokens_details",
            JsonObject.builder()
                .put("reasoning_tokens", usage.reasoning())
                .put("audio_tokens", 0)
                .put("accepted_prediction_tokens", 0)
                .put("rejected_prediction_tokens", 0)
                .build())
        .build();
  }
}
