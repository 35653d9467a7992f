package dev.sluice.wire;

import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;

/// One item of a response's output, as Open Responses (2026-04-24) and OpenAI both require it: no
/// required key is missing and none is null.
public sealed interface OutputItem {

  /// How far an item got. An incomplete item is the last one of its response.
  enum Status {
    COMPLETED("completed"),
    INCOMPLETE("incomplete");

    private final String text;

    Status(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /// The same item, cut where it stands.
  OutputItem asIncomplete();

  JsonObject toJson();

  /// What the model said.
  ///
  /// @param id `msg_…`
  record Message(String id, Status status, List<Part> content) implements OutputItem {

    public Message {
      content = List.copyOf(content);
    }

    @Override
    public OutputItem asIncomplete() {
      return new Message(id, Status.INCOMPLETE, content);
    }

    @Override
    public JsonObject toJson() {
      return JsonObject.builder()
          .put("id", id)
          .put("type", "message")
          .put("status", status.text())
          .put("role", "assistant")
          .put("content", new JsonArray(content.stream().<JsonValue>map(Part::toJson).toList()))
          .build();
    }
  }

  /// A piece of a message.
  sealed interface Part {

    JsonObject toJson();

    /// @param annotations flat annotation objects
    /// @param logprobs entries with token, logprob, bytes and top_logprobs
    record Text(String text, JsonArray annotations, JsonArray logprobs) implements Part {

      @Override
      public JsonObject toJson() {
        return JsonObject.builder()
            .put("type", "output_text")
            .put("text", text)
            .put("annotations", annotations)
            .put("logprobs", logprobs)
            .build();
      }
    }

    /// Why the model would not answer.
    record Refusal(String text) implements Part {

      @Override
      public JsonObject toJson() {
        return JsonObject.builder().put("type", "refusal").put("refusal", text).build();
      }
    }
  }

  /// A call that the client is asked to make.
  ///
  /// @param id `fc_…`
  /// @param callId by which the client's output refers to it
  /// @param arguments JSON as text, as the model wrote it
  record FunctionCall(String id, String callId, String name, String arguments, Status status)
      implements OutputItem {

    @Override
    public OutputItem asIncomplete() {
      return new FunctionCall(id, callId, name, arguments, Status.INCOMPLETE);
    }

    @Override
    public JsonObject toJson() {
      return JsonObject.builder()
          .put("id", id)
          .put("type", "function_call")
          .put("status", status.text())
          .put("call_id", callId)
          .put("name", name)
          .put("arguments", arguments)
          .build();
    }
  }

  /// A call of a tool that takes free text.
  ///
  /// @param id `ctc_…`
  record CustomToolCall(String id, String callId, String name, String input, Status status)
      implements OutputItem {

    @Override
    public OutputItem asIncomplete() {
      return new CustomToolCall(id, callId, name, input, Status.INCOMPLETE);
    }

    @Override
    public JsonObject toJson() {
      return JsonObject.builder()
          .put("id", id)
          .put("type", "custom_tool_call")
          .put("status", status.text())
          .put("call_id", callId)
          .put("name", name)
          .put("input", input)
          .build();
    }
  }

  /// What the model thought, in its own words.
  ///
  /// @param id `rs_…`
  record Reasoning(String id, String text, Status status) implements OutputItem {

    @Override
    public OutputItem asIncomplete() {
      return new Reasoning(id, text, Status.INCOMPLETE);
    }

    @Override
    public JsonObject toJson() {
      JsonObject part =
          JsonObject.builder().put("type", "reasoning_text").put("text", text).build();
      return JsonObject.builder()
          .put("id", id)
          .put("type", "reasoning")
          .put("status", status.text())
          .put("summary", JsonArray.EMPTY)
          .put("content", new JsonArray(List.of(part)))
          .build();
    }
  }
}
