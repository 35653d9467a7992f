package dev.sluice.local;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A request to a demo model, whichever form it came in.
///
/// @param tools what may be called, empty when nothing may be
/// @param chosenTool the name that the request insists on
record DemoAsk(
    DemoModel model,
    DemoPrompt prompt,
    List<DemoTools.Offer> tools,
    Optional<String> chosenTool,
    Wanted wanted) {

  DemoAsk {
    tools = List.copyOf(tools);
  }

  /// What a text must be like.
  ///
  /// @param limit most tokens of it
  /// @param stops texts before the first of which it ends
  /// @param topLogprobs how many likeliest tokens are wanted for each token; empty when no
  ///   probabilities are
  /// @param schema what its JSON must fit; an empty object for any JSON object
  /// @param thoughts whether thinking is allowed
  record Wanted(
      long limit,
      List<String> stops,
      Optional<Long> topLogprobs,
      Optional<JsonObject> schema,
      boolean thoughts) {

    Wanted {
      stops = List.copyOf(stops);
    }
  }

  static DemoAsk ofChat(DemoModel model, JsonObject body) {
    return new DemoAsk(
        model,
        DemoPrompt.ofChat(body),
        tools(body, tool -> tool.object("function")),
        body.object("tool_choice").flatMap(c -> c.object("function")).flatMap(f -> f.text("name")),
        new Wanted(
            limit(body, "max_completion_tokens", "max_tokens"),
            Stream.concat(
                    body.text("stop").stream(),
                    body.items("stop").stream().flatMap(stop -> stop.asText().stream()))
                .filter(stop -> !stop.isEmpty())
                .toList(),
            body.isTrue("logprobs")
                ? Optional.of(body.number("top_logprobs").orElse(0L))
                : Optional.empty(),
            schema(
                body.object("response_format"),
                format -> format.object("json_schema").flatMap(inner -> inner.object("schema"))),
            isAllowed(body.text("reasoning_effort"))));
  }

  static DemoAsk ofResponses(DemoModel model, JsonObject body) {
    return new DemoAsk(
        model,
        DemoPrompt.ofResponses(body),
        tools(body, Optional::of),
        body.object("tool_choice").flatMap(choice -> choice.text("name")),
        new Wanted(
            limit(body, "max_output_tokens"),
            List.of(),
            body.items("include").contains(JsonValue.of("message.output_text.logprobs"))
                ? Optional.of(body.number("top_logprobs").orElse(0L))
                : body.number("top_logprobs").filter(top -> top > 0),
            schema(
                body.object("text").flatMap(text -> text.object("format")),
                format -> format.object("schema")),
            isAllowed(body.object("reasoning").flatMap(reasoning -> reasoning.text("effort")))));
  }

  private static boolean isAllowed(Optional<String> effort) {
    return !effort.orElse("").equals("none");
  }

  private interface Inside {
    Optional<JsonObject> of(JsonObject outer);
  }

  private static List<DemoTools.Offer> tools(JsonObject body, Inside function) {
    return body.text("tool_choice").orElse("").equals("none")
        ? List.of()
        : body.items("tools").stream()
            .flatMap(tool ->
                tool instanceof JsonObject object ? offer(object, function) : Stream.empty())
            .toList();
  }

  private static Stream<DemoTools.Offer> offer(JsonObject tool, Inside function) {
    return switch (tool.text("type").orElse("")) {
      case "function" ->
          function.of(tool).stream()
              .map(inner ->
                  new DemoTools.Offer(
                      inner.text("name").orElse(""),
                      inner.object("parameters").orElse(JsonObject.EMPTY),
                      false));
      case "custom" ->
          Stream.of(
              new DemoTools.Offer(
                  tool.object("custom").orElse(tool).text("name").orElse(""),
                  JsonObject.EMPTY,
                  true));
      default -> Stream.empty();
    };
  }

  private static long limit(JsonObject body, String... names) {
    return Stream.of(names)
        .flatMap(name -> body.number(name).stream())
        .findFirst()
        .orElse(Long.MAX_VALUE);
  }

  private static Optional<JsonObject> schema(Optional<JsonObject> format, Inside schema) {
    return format.flatMap(given ->
        switch (given.text("type").orElse("")) {
          case "json_schema" -> schema.of(given).or(() -> Optional.of(JsonObject.EMPTY));
          case "json_object" -> Optional.of(JsonObject.EMPTY);
          default -> Optional.empty();
        });
  }
}
