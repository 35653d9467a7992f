package dev.sluice.local;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/// What a demo model says, before it is written in one of the forms.
sealed interface DemoReply {

  /// In the order in which a stream gives them; joined, they are the whole.
  List<String> tokens();

  /// A text, cut when it is longer than the request allows.
  ///
  /// @param thoughts what the model says that it thought before
  record Text(List<String> thoughts, List<String> tokens, boolean cut) implements DemoReply {

    private static Text of(List<String> thoughts, List<String> tokens, long limit) {
      return tokens.size() > limit
          ? new Text(thoughts, List.copyOf(tokens.subList(0, (int) limit)), true)
          : new Text(thoughts, List.copyOf(tokens), false);
    }
  }

  /// A call of one tool.
  ///
  /// @param tokens the arguments' JSON, or the free text of a custom tool, in pieces
  record ToolCall(String id, String name, List<String> tokens, boolean custom)
      implements DemoReply {}

  /// What the model says to this; the same for both forms, apart from the id of a call.
  static DemoReply to(DemoAsk ask) {
    return switch (ask.model()) {
      case ECHO, SLOW, FLAKY -> echo(ask);
      case REASON -> text(ask, ask.wanted().thoughts() ? thoughts(ask) : List.of(), echoed(ask));
      case TOOLS ->
          ask.prompt()
              .toolResult()
              .map(result -> text(ask, List.of(), "The tool answered: " + result))
              .or(() -> DemoTools.call(ask))
              .orElseGet(() -> echo(ask));
      case EMBED -> throw new IllegalArgumentException("demo-embed does not chat");
    };
  }

  private static List<String> thoughts(DemoAsk ask) {
    return DemoPrompt.tokens("They said: " + ask.prompt().last("user").text());
  }

  private static DemoReply echo(DemoAsk ask) {
    return text(ask, List.of(), echoed(ask));
  }

  /// What was said, or JSON where the answer must be JSON.
  private static String echoed(DemoAsk ask) {
    return ask.wanted().schema().map(schema -> json(ask, schema)).orElseGet(() -> said(ask));
  }

  private static DemoReply text(DemoAsk ask, List<String> thoughts, String text) {
    int end =
        ask.wanted().stops().stream()
            .mapToInt(text::indexOf)
            .filter(at -> at >= 0)
            .min()
            .orElse(text.length());
    return Text.of(
        thoughts, DemoPrompt.tokens(text.substring(0, end)), Math.max(0, ask.wanted().limit()));
  }

  /// What the user said last, with the number of images in it; a name, when it was told and is
  /// asked for now.
  private static String said(DemoAsk ask) {
    DemoPrompt.Message last = ask.prompt().last("user");
    if (last.text().toLowerCase(Locale.ROOT).contains("what is my name")) {
      return ask.prompt().name().orElse("You did not tell me.");
    }
    return last.images() == 0 ? last.text() : last.text() + " (images: " + last.images() + ")";
  }

  /// JSON that fits the schema; what was said, when any object will do.
  private static String json(DemoAsk ask, JsonObject schema) {
    JsonValue value =
        schema.members().isEmpty()
            ? JsonObject.builder().put("answer", said(ask)).build()
            : DemoTools.arguments(schema);
    return new String(Json.write(value), StandardCharsets.UTF_8);
  }
}
