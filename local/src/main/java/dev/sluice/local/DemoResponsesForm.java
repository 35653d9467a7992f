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

/// A reply as a Response, or as its events (OpenAI, 2026-08). Like many model servers it leaves out
/// members that clients need; who stands before it has to fill them in.
final class DemoResponsesForm implements DemoForm {

  private static final String REASONING = "rs_demo";

  private final DemoAsk ask;
  private final DemoReply reply;
  private final JsonObject body;
  private final Instant at;
  private final String id = "resp_" + UUID.randomUUID().toString().replace("-", "");
  private final String itemId;
  private final List<String> thoughts;
  private final int index;

  DemoResponsesForm(DemoAsk ask, DemoReply reply, JsonObject body, Instant at) {
    this.ask = ask;
    this.reply = reply;
    this.body = body;
    this.at = at;
    this.thoughts = reply instanceof Text text ? text.thoughts() : List.of();
    this.index = thoughts.isEmpty() ? 0 : 1;
    this.itemId =
        switch (reply) {
          case Text _ -> "msg_demo";
          case ToolCall call -> call.custom() ? "ctc_demo" : "fc_demo";
        };
  }

  @Override
  public JsonObject whole() {
    return response(isCut() ? "incomplete" : "completed", output());
  }

  @Override
  public List<Frame> opening() {
    Events events = new Events(0);
    events.add("response.created", "response", response("in_progress", List.of()));
    events.add("response.in_progress", "response", response("in_progress", List.of()));
    if (!thoughts.isEmpty()) {
      addThoughts(events);
    }
    events.item("added", index, item("in_progress", ""));
    if (reply instanceof Text) {
      events.part("added", itemId, index, text(""));
    }
    return events.frames;
  }

  private void addThoughts(Events events) {
    String thought = String.join("", thoughts);
    events.item("added", 0, reasoning("in_progress", List.of()));
    events.part("added", REASONING, 0, reasoningText(""));
    for (String each : thoughts) {
      events.add(
          events.inContent("response.reasoning_text.delta", REASONING, 0).put("delta", each));
    }
    events.add(events.inContent("response.reasoning_text.done", REASONING, 0).put("text", thought));
    events.part("done", REASONING, 0, reasoningText(thought));
    events.item("done", 0, reasoning("completed", List.of(reasoningText(thought))));
  }

  @Override
  public List<Frame> deltas() {
    Events events = new Events(opening().size());
    for (String token : reply.tokens()) {
      switch (reply) {
        case Text _ ->
            events.add(
                events
                    .inContent("response.output_text.delta", itemId, index)
                    .put("delta", token)
                    .put("logprobs", logprobs(List.of(token))));
        case ToolCall call -> events.add(events.inItem(call, "delta", index).put("delta", token));
      }
    }
    return events.frames;
  }

  @Override
  public List<Frame> closing() {
    Events events = new Events(opening().size() + reply.tokens().size());
    String whole = String.join("", reply.tokens());
    switch (reply) {
      case Text _ -> {
        events.add(
            events
                .inContent("response.output_text.done", itemId, index)
                .put("text", whole)
                .put("logprobs", logprobs(reply.tokens())));
        events.part("done", itemId, index, text(whole));
      }
      case ToolCall call ->
          events.add(
              events.inItem(call, "done", index).put(call.custom() ? "input" : "arguments", whole));
    }
    events.item("done", index, output().getLast());
    events.add("response." + (isCut() ? "incomplete" : "completed"), "response", whole());
    return events.frames;
  }

  @Override
  public List<Frame> failing(int tokens) {
    Events events = new Events(opening().size() + tokens);
    JsonObject error = DemoJson.failure().object("error").orElseThrow();
    events.add(
        events
            .of("error")
            .put("code", error.text("code").orElse(""))
            .put("message", error.text("message").orElse(""))
            .put("param", JsonNull.NULL));
    return events.frames;
  }

  private boolean isCut() {
    return reply instanceof Text text && text.cut();
  }

  private List<JsonObject> output() {
    List<JsonObject> items = new ArrayList<>();
    if (!thoughts.isEmpty()) {
      items.add(reasoning("completed", List.of(reasoningText(String.join("", thoughts)))));
    }
    items.add(item(isCut() ? "incomplete" : "completed", String.join("", reply.tokens())));
    return items;
  }

  private JsonObject item(String status, String content) {
    JsonObject.Builder item = JsonObject.builder().put("id", itemId).put("status", status);
    return switch (reply) {
      case Text _ ->
          item.put("type", "message")
              .put("role", "assistant")
              .put(
                  "content",
                  status.equals("in_progress")
                      ? JsonArray.EMPTY
                      : new JsonArray(List.of(text(content))))
              .build();
      case ToolCall call ->
          item.put("type", call.custom() ? "custom_tool_call" : "function_call")
              .put("call_id", call.id())
              .put("name", call.name())
              .put(call.custom() ? "input" : "arguments", content)
              .build();
    };
  }

  private JsonObject text(String text) {
    JsonObject.Builder part =
        JsonObject.builder()
            .put("type", "output_text")
            .put("text", text)
            .put("annotations", JsonArray.EMPTY);
    return ask.wanted().topLogprobs().isPresent()
        ? part.put("logprobs", logprobs(text.isEmpty() ? List.of() : reply.tokens())).build()
        : part.build();
  }

  private JsonArray logprobs(List<String> tokens) {
    return ask.wanted()
        .topLogprobs()
        .map(top -> DemoLogprobs.of(tokens, top))
        .orElse(JsonArray.EMPTY);
  }

  private static JsonObject reasoningText(String text) {
    return JsonObject.builder().put("type", "reasoning_text").put("text", text).build();
  }

  private static JsonObject reasoning(String status, List<JsonValue> content) {
    return JsonObject.builder()
        .put("id", REASONING)
        .put("type", "reasoning")
        .put("status", status)
        .put("summary", JsonArray.EMPTY)
        .put("content", new JsonArray(content))
        .build();
  }

  private JsonObject response(String status, List<JsonObject> output) {
    JsonObject.Builder response =
        JsonObject.builder()
            .put("id", id)
            .put("object", "response")
            .put("created_at", at.getEpochSecond())
            .put("status", status)
            .put("model", ask.model().text())
            .put("error", JsonNull.NULL)
            .put(
                "incomplete_details",
                status.equals("incomplete")
                    ? JsonObject.builder().put("reason", "max_output_tokens").build()
                    : JsonNull.NULL)
            .put("output", new JsonArray(List.copyOf(output)))
            .put("parallel_tool_calls", true)
            .put("tools", new JsonArray(body.items("tools")))
            .put("usage", status.equals("in_progress") ? JsonNull.NULL : usage());
    return response.build();
  }

  private JsonObject usage() {
    return DemoJson.usage(DemoUsage.of(ask, reply));
  }

  /// Events with their running numbers.
  private static final class Events {

    private final List<Frame> frames = new ArrayList<>();
    private final int first;

    Events(int first) {
      this.first = first;
    }

    JsonObject.Builder of(String type) {
      return JsonObject.builder()
          .put("type", type)
          .put("sequence_number", (long) first + frames.size());
    }

    JsonObject.Builder inContent(String type, String itemId, int index) {
      return of(type).put("item_id", itemId).put("output_index", index).put("content_index", 0);
    }

    JsonObject.Builder inItem(ToolCall call, String what, int index) {
      String type =
          call.custom() ? "response.custom_tool_call_input." : "response.function_call_arguments.";
      return of(type + what)
          .put("item_id", call.custom() ? "ctc_demo" : "fc_demo")
          .put("output_index", index);
    }

    void add(JsonObject.Builder event) {
      frames.add(Frame.of(event.build()));
    }

    void add(String type, String name, JsonObject value) {
      add(of(type).put(name, value));
    }

    void item(String what, int index, JsonObject item) {
      add(of("response.output_item." + what).put("output_index", index).put("item", item));
    }

    void part(String what, String itemId, int index, JsonObject part) {
      add(inContent("response.content_part." + what, itemId, index).put("part", part));
    }
  }
}
