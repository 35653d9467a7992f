package dev.sluice.gateway.inference;

import java.util.List;
import java.util.Set;

/// The rules of `input`, by the item types of the Responses API. What clients replay of earlier
/// answers is accepted as it is: items without type, id or status, foreign ids, empty lists of
/// annotations. Items and parts of a kind that is not known here are left to the translation.
final class InputRules {

  private static final Set<String> ROLES = Set.of("user", "assistant", "system", "developer");

  private InputRules() {}

  /// A text, which may be empty, or at least one item.
  static void check(Field input) {
    if (input.isText()) {
      return;
    }
    if (!input.isArray()) {
      throw input.invalid("must be a string or an array of items");
    }
    input.items(1, Integer.MAX_VALUE).forEach(InputRules::checkItem);
  }

  private static void checkItem(Field item) {
    Field type = item.object().member("type");
    type.checkText();
    item.member("id").checkText();
    item.member("status").checkText();
    switch (type.isAbsent() ? impliedType(item) : type.text()) {
      case "message" -> checkMessage(item);
      case "function_call" -> checkCall(item, "arguments");
      case "custom_tool_call" -> checkCall(item, "input");
      case "function_call_output", "custom_tool_call_output" -> {
        var _ = item.member("call_id").required().nonEmptyText();
        checkContent(item.member("output").required());
      }
      case "reasoning" -> checkReasoning(item);
      case "item_reference" -> {
        var _ = item.member("id").required().nonEmptyText();
      }
      case "compaction" -> {
        var _ = item.member("encrypted_content").required().nonEmptyText();
      }
      default -> {
        // The translation says which upstreams know it.
      }
    }
  }

  /// Clients leave the type of messages out, and that of references, which are an id and no more.
  private static String impliedType(Field item) {
    boolean isReference = item.member("role").isAbsent() && !item.member("id").isAbsent();
    return isReference ? "item_reference" : "message";
  }

  private static void checkMessage(Field message) {
    message.member("role").required().checkOneOf(ROLES);
    message.member("phase").checkText();
    checkContent(message.member("content").required());
  }

  private static void checkCall(Field call, String payload) {
    var _ = call.member("call_id").required().nonEmptyText();
    var _ = call.member("name").required().nonEmptyText();
    var _ = call.member(payload).required().text();
  }

  private static void checkReasoning(Field reasoning) {
    for (String name : List.of("summary", "content")) {
      Field parts = reasoning.member(name);
      if (!parts.isAbsent()) {
        parts.items().forEach(InputRules::checkPart);
      }
    }
    reasoning.member("encrypted_content").checkText();
  }

  private static void checkContent(Field content) {
    if (content.isText()) {
      return;
    }
    if (!content.isArray()) {
      throw content.invalid("must be a string or an array of parts");
    }
    content.items().forEach(InputRules::checkPart);
  }

  private static void checkPart(Field part) {
    switch (part.object().member("type").required().text()) {
      case "input_text", "output_text", "text", "summary_text", "reasoning_text" ->
          part.member("text").required().checkText();
      case "refusal" -> part.member("refusal").required().checkText();
      case "input_image" -> {
        checkOneIsThere(part, List.of("image_url", "file_id"));
        part.member("detail").checkText();
      }
      case "input_file" -> {
        checkOneIsThere(part, List.of("file_data", "file_url", "file_id"));
        part.member("filename").checkText();
      }
      case "input_audio" -> {
        Field audio = part.member("input_audio").required().object();
        audio.member("data").required().checkText();
        audio.member("format").required().checkText();
      }
      default -> {
        // The translation says which upstreams know it.
      }
    }
  }

  /// @param names of texts, the usual one first
  private static void checkOneIsThere(Field part, List<String> names) {
    names.forEach(name -> part.member(name).checkText());
    if (names.stream().allMatch(name -> part.member(name).isAbsent())) {
      var _ = part.member(names.getFirst()).required();
    }
  }
}
