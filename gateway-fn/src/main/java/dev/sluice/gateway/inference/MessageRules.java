package dev.sluice.gateway.inference;

import java.util.List;
import java.util.Set;

/// The rules of `messages`. Parts and tool calls of a kind that is not known here are left to the
/// model server: some know more kinds than OpenAI.
final class MessageRules {

  private static final Set<String> ROLES =
      Set.of("developer", "system", "user", "assistant", "tool", "function");

  private MessageRules() {}

  static void check(Field messages) {
    List<Field> items = messages.required().items();
    if (items.isEmpty()) {
      throw messages.invalid("must have at least one message");
    }
    items.forEach(MessageRules::checkMessage);
  }

  private static void checkMessage(Field message) {
    Field role = message.object().member("role").required();
    role.checkOneOf(ROLES);
    message.member("name").checkText();
    switch (role.text()) {
      case "assistant" -> checkAssistant(message);
      case "tool" -> {
        var _ = message.member("tool_call_id").required().text();
        checkContent(message.member("content").required());
      }
      case "function" -> {
        var _ = message.member("name").required().text();
        message.member("content").checkText();
      }
      default -> checkContent(message.member("content").required());
    }
  }

  private static void checkAssistant(Field message) {
    Field content = message.member("content");
    Field calls = message.member("tool_calls");
    Field call = message.member("function_call");
    Field refusal = message.member("refusal");
    refusal.checkText();
    if (!calls.isAbsent()) {
      calls.items().forEach(MessageRules::checkToolCall);
    }
    if (!call.isAbsent()) {
      checkFunction(call.object());
    }
    if (!content.isAbsent()) {
      checkContent(content);
    } else if (calls.isAbsent()
        && call.isAbsent()
        && refusal.isAbsent()
        && message.member("audio").isAbsent()) {
      var _ = content.required();
    }
  }

  private static void checkToolCall(Field call) {
    var _ = call.object().member("id").required().text();
    Field type = call.member("type");
    type.checkText();
    if (type.isAbsent() || type.text().equals("function")) {
      checkFunction(call.member("function").required().object());
    }
  }

  private static void checkFunction(Field function) {
    var _ = function.member("name").required().text();
    var _ = function.member("arguments").required().text();
  }

  private static void checkContent(Field content) {
    if (content.isText()) {
      return;
    }
    if (!content.isArray()) {
      throw content.invalid("must be a string or an array of parts");
    }
    content.items().forEach(MessageRules::checkPart);
  }

  private static void checkPart(Field part) {
    switch (part.object().member("type").required().text()) {
      case "text" -> part.member("text").required().checkText();
      case "refusal" -> part.member("refusal").required().checkText();
      case "image_url" -> checkImage(part.member("image_url").required());
      case "input_audio" -> {
        Field audio = part.member("input_audio").required().object();
        audio.member("data").required().checkText();
        audio.member("format").required().checkText();
      }
      case "file" -> part.member("file").required().checkObject();
      default -> {
        // The model server knows its own kinds.
      }
    }
  }

  private static void checkImage(Field image) {
    image.object().member("url").required().checkText();
    image.member("detail").checkText();
  }
}
