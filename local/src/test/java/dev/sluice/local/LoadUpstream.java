package dev.sluice.local;

import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.Signal;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.emulators.UpstreamRequest;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A model server that repeats the last message of the user, a word at a time, with a pause before
/// each. The end of an answer to a message with the word `hold` waits until it is released.
final class LoadUpstream implements AutoCloseable {

  /// The word with which a prompt asks that its answer stays open.
  static final String HOLD = "hold";

  private final ScriptedUpstream server;
  private final Duration pause;
  private final Signal released = new Signal();
  private final AtomicInteger calls = new AtomicInteger();

  private LoadUpstream(Duration pause) {
    this.pause = pause;
    this.server = ScriptedUpstream.startUnrecorded(0, this::answer);
  }

  static LoadUpstream start(Duration pause) {
    return new LoadUpstream(pause);
  }

  int port() {
    return server.port();
  }

  /// How many requests have come so far.
  int calls() {
    return calls.get();
  }

  /// A models file in which [LoadCall#MODEL] is this server's.
  Path modelsFile(Path directory) {
    return modelsFile(directory, port());
  }

  /// A models file in which [LoadCall#MODEL] is behind this port.
  static Path modelsFile(Path directory, int port) {
    try {
      return Files.writeString(
          directory.resolve("load-models.yaml"),
          """
          upstreams:
            - { name: load, base_url: "http://127.0.0.1:%d/v1", auth: none }
          models:
            - { alias: %s, upstreams: [ { name: load, model: echo } ], endpoints: [ chat ] }
          """
              .formatted(port, LoadCall.MODEL));
    } catch (IOException e) {
      throw new UncheckedIOException("No models file", e);
    }
  }

  /// Lets all answers end that were held, and holds none from now on.
  void release() {
    released.fire();
  }

  private UpstreamAnswer answer(UpstreamRequest request) {
    calls.incrementAndGet();
    if (!(Json.parse(request.body()) instanceof Json.Parse.Parsed(JsonDocument document))) {
      return UpstreamAnswer.json(400, "{}");
    }
    String text = DemoPrompt.ofChat(document.object()).last("user").text();
    List<String> tokens = DemoPrompt.tokens(text);
    boolean held = text.contains(HOLD);
    if (!document.object().isTrue("stream")) {
      UpstreamAnswer waiting =
          UpstreamAnswer.empty().delay(pause.multipliedBy(Math.max(1, tokens.size())));
      UpstreamAnswer whole =
          UpstreamAnswer.json(200, text(frame("chat.completion", "message", text, "stop")));
      return (held ? waiting.await(released) : waiting).then(whole.actions().getFirst());
    }
    UpstreamAnswer answer = UpstreamAnswer.eventStream();
    for (String token : tokens) {
      answer = answer.delay(pause).event(text(chunk(token, null)));
    }
    return (held ? answer.await(released) : answer)
        .event(text(chunk("", "stop")))
        .event("[DONE]")
        .end();
  }

  private static JsonObject chunk(String token, @Nullable String finish) {
    return frame("chat.completion.chunk", "delta", token, finish);
  }

  private static JsonObject frame(
      String object, String part, String content, @Nullable String finish) {
    JsonObject choice =
        JsonObject.builder()
            .put("index", 0)
            .put(
                part, JsonObject.builder().put("role", "assistant").put("content", content).build())
            .put("logprobs", JsonNull.NULL)
            .putNullable("finish_reason", finish)
            .build();
    return JsonObject.builder()
        .put("id", "chatcmpl-load")
        .put("object", object)
        .put("created", 1_795_000_000L)
        .put("model", "echo")
        .put("choices", new JsonArray(List.of(choice)))
        .build();
  }

  private static String text(JsonObject value) {
    return DemoJson.text(value);
  }

  @Override
  public void close() {
    server.close();
  }
}
