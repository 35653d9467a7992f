package dev.sluice.local;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How `demo-flaky` is told to fail: the first of these words in the last user message.
///
/// - `fail:429` answers with this status (400 to 599) and an error in OpenAI's envelope; 429 and
///   503 carry `retry-after: 1`.
/// - `reset`, `eof` end the connection before the answer begins.
/// - `reset-after:3`, `eof-after:3` do so after three tokens of a stream (in the middle of an
///   answer that is not streamed).
/// - `error-after:3` sends an error frame after three tokens and then ends the stream in good
///   order.
/// - `garbage` answers 200 with HTML.
/// - `hang` never answers.
sealed interface DemoDirective {

  Pattern WORD =
      Pattern.compile(
          "(?<!\\S)(?:fail:(?<status>[45]\\d\\d)|(?<end>reset|eof)"
              + "|(?<after>reset|eof|error)-after:(?<tokens>\\d{1,6})"
              + "|(?<garbage>garbage)|(?<hang>hang))(?!\\S)");

  record Fail(int status) implements DemoDirective {}

  record EndAtOnce(Ending ending) implements DemoDirective {}

  record EndAfter(Ending ending, int tokens) implements DemoDirective {}

  record Garbage() implements DemoDirective {}

  record Hang() implements DemoDirective {}

  /// How an answer ends early.
  enum Ending {
    RESET,
    EOF,
    ERROR
  }

  /// The directive in a text, if there is one.
  static Optional<DemoDirective> in(String text) {
    Matcher word = WORD.matcher(text);
    return word.find() ? Optional.of(of(word)) : Optional.empty();
  }

  private static DemoDirective of(Matcher word) {
    if (word.group("status") != null) {
      return new Fail(Integer.parseInt(word.group("status")));
    }
    if (word.group("end") != null) {
      return new EndAtOnce(ending(word.group("end")));
    }
    if (word.group("after") != null) {
      return new EndAfter(ending(word.group("after")), Integer.parseInt(word.group("tokens")));
    }
    return word.group("garbage") == null ? new Hang() : new Garbage();
  }

  private static Ending ending(String text) {
    return switch (text) {
      case "reset" -> Ending.RESET;
      case "eof" -> Ending.EOF;
      case "error" -> Ending.ERROR;
      default -> throw new IllegalArgumentException("Not a way to end: " + text);
    };
  }
}
