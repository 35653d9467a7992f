package dev.sluice.wire;

import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One item of a response's output, as Open Responses (2026-04-24) and OpenAI both require it: no
/// required key is missing and none is null.
public sealed interface OutputItem {

  /// How far an item got. An incomplete item is the last one of its response.
  enum Status {
    IN_PROGRESS("in_progress"),
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

  /// What the model thought, in its own words or in a summary of them.
  ///
  /// @param id `rs_…`
  /// @param encryptedContent what only its maker can read; the key is left out when there is none,
  ///   because it must not be null
  record Reasoning(
      String id,
      List<String> summary,
      List<String> content,
      @Nullable String encryptedContent,
      Status status)
      implements OutputItem {

    public Reasoning {
      summary = List.copyOf(summary);
      content = List.copyOf(content);
    }

    /// Nothing but the words of the model.
    public Reasoning(String id, String text, Status status) {
      this(id, List.of(), List.of(text), null, status);
    }

    @Override
    public OutputItem asIncomplete() {
      return new Reasoning(id, summary, content, encryptedContent, Status.INCOMPLETE);
    }

    @Override
    public JsonObject toJson() {
      JsonObject.Builder json =
          JsonObject.builder()
              .put("id", id)
              .put("type", "reasoning")
              .put("status", status.text())
              .put("summary", parts("summary_text", summary))
              .put("content", parts("reasoning_text", content));
      return encryptedContent == null
          ? json.build()
          : json.put("encrypted_content", encryptedContent).build();
    }

    private static JsonArray parts(String type, List<String> texts) {
      return new JsonArray(
          texts.stream()
              .<JsonValue>map(
                  text -> JsonObject.builder().put("type", type).put("text", text).build())
              .toList());
    }
  }

  /// A conversation made short. It is always whole.
  ///
  /// @param id `cmp_…`
  /// @param encryptedContent what only its maker can read
  record Compaction(String id, String encryptedContent) implements OutputItem {

    @Override
    public OutputItem asIncomplete() {
      return this;
    }

    @Override
    public JsonObject toJson() {
      return JsonObject.builder()
          .put("id", id)
          .put("type", "compaction")
          .put("encrypted_content", encryptedContent)
          .build();
    }
  }

  /// An item that only its maker understands, such as the search of a hosted tool.
  ///
  /// @param members as its maker wrote it; its `id` is not shown
  /// @param status shown in place of its own when it has one and did not complete
  record Foreign(String id, JsonObject members, Status status) implements OutputItem {

    @Override
    public OutputItem asIncomplete() {
      return new Foreign(id, members, Status.INCOMPLETE);
    }

    @Override
    public JsonObject toJson() {
      JsonObject.Builder json = JsonObject.builder().put("id", id);
      members
          .members()
          .forEach((name, value) -> {
            if (!name.equals("id")) {
              json.put(name, value);
            }
          });
      return status != Status.COMPLETED && members.text("status").isPresent()
          ? json.put("status", status.text()).build()
          : json.build();
    }
  }
}
