package dev.sluice.local;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a client saw of one call, and nothing that it could not see.
sealed interface Sighting {

  /// The answer to its end: a whole JSON body, or a stream with its `[DONE]`, whose last chunk
  /// came.
  record Complete(String id, String text) implements Sighting {}

  /// An error instead of an answer.
  ///
  /// @param retryAfter whether the client was told when to come again
  record Refused(int status, String code, boolean retryAfter) implements Sighting {}

  /// A stream that said itself that it failed.
  record Failed(String id, String code) implements Sighting {}

  /// A connection that broke.
  ///
  /// @param id null when not even the head of an answer came
  record Cut(@Nullable String id, String why) implements Sighting {}

  /// What no client should ever see: an answer that makes no sense, a stream that ends as if it
  /// were whole, or nothing at all.
  record Wrong(String what) implements Sighting {}

  static Sighting of(RawHttp.Received received) {
    return switch (received) {
      case RawHttp.Received.Whole(RawHttp.Answer answer) -> whole(answer);
      case RawHttp.Received.Broken(_, SocketTimeoutException e) -> new Wrong("Silence: " + e);
      case RawHttp.Received.Broken(RawHttp.Answer answer, var why) ->
          new Cut(answer == null ? null : responseId(answer), why.toString());
    };
  }

  private static Sighting whole(RawHttp.Answer answer) {
    if (answer.status() != 200) {
      return json(answer.body())
          .flatMap(body -> body.object("error"))
          .flatMap(error -> error.text("code"))
          .<Sighting>map(code ->
              new Refused(answer.status(), code, answer.headers().containsKey("retry-after")))
          .orElseGet(() -> new Wrong("An error without an envelope: " + answer.text()));
    }
    return "text/event-stream".equals(answer.headers().get("content-type"))
        ? stream(answer)
        : json(answer.body())
            .<Sighting>map(body -> new Complete(body.text("id").orElse(""), content(body)))
            .orElseGet(() -> new Wrong("Not JSON: " + answer.text()));
  }

  private static Sighting stream(RawHttp.Answer answer) {
    String id = Objects.requireNonNullElse(responseId(answer), "");
    StringBuilder text = new StringBuilder();
    boolean done = false;
    for (String data : events(answer.text())) {
      if (data.equals("[DONE]")) {
        done = true;
        continue;
      }
      Optional<JsonObject> frame = json(data.getBytes(StandardCharsets.UTF_8));
      if (done || frame.isEmpty()) {
        return new Wrong("A stream with this event: " + data);
      }
      Optional<JsonObject> error = frame.get().object("error");
      if (error.isPresent()) {
        return new Failed(id, error.get().text("code").orElse(""));
      }
      if (!frame.get().text("id").orElse("").equals(id)) {
        return new Wrong("A stream of " + id + " with this event: " + data);
      }
      text.append(delta(frame.get()));
    }
    return done
        ? new Complete(id, text.toString())
        : new Wrong("A stream that ended well without its [DONE]: " + answer.text());
  }

  private static List<String> events(String body) {
    List<String> data = new ArrayList<>();
    for (String event : body.split("\n\n", -1)) {
      if (event.startsWith("data: ")) {
        data.add(event.substring("data: ".length()));
      }
    }
    return data;
  }

  private static @Nullable String responseId(RawHttp.Answer answer) {
    return answer.headers().get("x-sluice-response-id");
  }

  private static Optional<JsonObject> json(byte[] bytes) {
    return Json.parse(bytes) instanceof Json.Parse.Parsed(JsonDocument document)
        ? Optional.of(document.object())
        : Optional.empty();
  }

  private static String delta(JsonObject frame) {
    return choice(frame)
        .flatMap(choice -> choice.object("delta"))
        .flatMap(delta -> delta.text("content"))
        .orElse("");
  }

  /// The text of a whole chat completion.
  static String content(JsonObject completion) {
    return choice(completion)
        .flatMap(choice -> choice.object("message"))
        .flatMap(message -> message.text("content"))
        .orElse("");
  }

  private static Optional<JsonObject> choice(JsonObject completion) {
    List<JsonValue> choices = completion.items("choices");
    return !choices.isEmpty() && choices.getFirst() instanceof JsonObject choice
        ? Optional.of(choice)
        : Optional.empty();
  }
}
