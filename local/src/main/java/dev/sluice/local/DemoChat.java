package dev.sluice.local;

import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.local.DemoDirective.Ending;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One chat completion of a demo model.
final class DemoChat {

  private static final Duration SLOW_START = Duration.ofSeconds(2);
  private static final Duration SLOW_TOKEN = Duration.ofMillis(50);

  private final DemoModel model;
  private final JsonObject body;
  private final DemoPrompt prompt;
  private final Instant at;
  private final String id = "chatcmpl-" + UUID.randomUUID().toString().replace("-", "");

  DemoChat(DemoModel model, JsonObject body, Instant at) {
    this.model = model;
    this.body = body;
    this.prompt = DemoPrompt.of(body);
    this.at = at;
  }

  UpstreamAnswer answer() {
    if (prompt.messages().isEmpty()) {
      return DemoJson.error(
          400, "missing_required_parameter", "messages", "Missing required parameter: 'messages'.");
    }
    Optional<DemoDirective> directive =
        model == DemoModel.FLAKY ? DemoDirective.in(prompt.last("user")) : Optional.empty();
    return directive.map(this::fail).orElseGet(this::succeed);
  }

  private UpstreamAnswer fail(DemoDirective directive) {
    return switch (directive) {
      case DemoDirective.Fail(int status) ->
          DemoJson.error(
              status, "demo_failure", null, "The prompt asked for status " + status + ".");
      case DemoDirective.EndAtOnce(Ending ending) -> end(UpstreamAnswer.empty(), ending);
      case DemoDirective.EndAfter(Ending ending, int tokens) -> endAfter(ending, tokens);
      case DemoDirective.Garbage() ->
          UpstreamAnswer.complete(
              200,
              Map.of("content-type", "text/html"),
              "<html><body>Welcome to nginx!</body></html>".getBytes(StandardCharsets.UTF_8));
      case DemoDirective.Hang() -> UpstreamAnswer.never();
    };
  }

  private static UpstreamAnswer end(UpstreamAnswer answer, Ending ending) {
    return switch (ending) {
      case RESET -> answer.reset();
      case EOF -> answer.eof();
      case ERROR ->
          answer
              .event(
                  DemoJson.text(
                      DemoJson.envelope(500, "demo_failure", null, "The prompt asked for this.")))
              .event("[DONE]")
              .end();
    };
  }

  private UpstreamAnswer endAfter(Ending ending, int tokens) {
    DemoReply reply = reply();
    if (body.isTrue("stream")) {
      List<String> some = reply.tokens().stream().limit(tokens).toList();
      return end(open(reply, some), ending);
    }
    byte[] whole = DemoJson.text(completion(reply)).getBytes(StandardCharsets.UTF_8);
    String half = new String(whole, 0, whole.length / 2, StandardCharsets.ISO_8859_1);
    return ending == Ending.ERROR
        ? DemoJson.error(500, "demo_failure", null, "The prompt asked for this.")
        : end(
            UpstreamAnswer.empty()
                .send(
                    ("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
                            + whole.length
                            + "\r\n\r\n"
                            + half)
                        .getBytes(StandardCharsets.ISO_8859_1)),
            ending);
  }

  private UpstreamAnswer succeed() {
    DemoReply reply = reply();
    if (body.isTrue("stream")) {
      return close(open(reply, reply.tokens()), reply);
    }
    UpstreamAnswer answer = DemoJson.answer(completion(reply));
    return model == DemoModel.SLOW
        ? UpstreamAnswer.empty()
            .delay(SLOW_START.plus(SLOW_TOKEN.multipliedBy(reply.tokens().size())))
            .then(answer.actions().getFirst())
        : answer;
  }

  private DemoReply reply() {
    return switch (model) {
      case ECHO, SLOW, FLAKY -> echo(prompt.last("user"));
      case TOOLS ->
          prompt
              .toolResult()
              .<DemoReply>map(result -> echo("The tool answered: " + result))
              .or(() -> DemoTools.call(body))
              .orElseGet(() -> echo("No tool was offered."));
      case EMBED -> throw new IllegalArgumentException("demo-embed does not chat");
    };
  }

  private DemoReply echo(String text) {
    long limit =
        Stream.of("max_completion_tokens", "max_tokens")
            .flatMap(name -> body.number(name).stream())
            .findFirst()
            .orElse(Long.MAX_VALUE);
    return DemoReply.Text.of(DemoPrompt.tokens(text), Math.max(0, limit));
  }

  private JsonObject completion(DemoReply reply) {
    JsonObject choice =
        JsonObject.builder()
            .put("index", 0)
            .put("message", reply.message())
            .put("logprobs", JsonNull.NULL)
            .put("finish_reason", reply.finishReason())
            .build();
    return frame("chat.completion", choice).put("usage", usage(reply)).build();
  }

  private JsonObject.Builder frame(String object, JsonValue... choices) {
    return JsonObject.builder()
        .put("id", id)
        .put("object", object)
        .put("created", at.getEpochSecond())
        .put("model", model.text())
        .put("choices", new JsonArray(List.of(choices)))
        .put("service_tier", "default")
        .put("system_fingerprint", "fp_demo");
  }

  private JsonObject usage(DemoReply reply) {
    int input = prompt.tokenCount();
    int output = reply.tokens().size();
    return JsonObject.builder()
        .put("prompt_tokens", input)
        .put("completion_tokens", output)
        .put("total_tokens", input + output)
        .put(
            "prompt_tokens_details",
            JsonObject.builder().put("cached_tokens", 0).put("audio_tokens", 0).build())
        .put(
            "completion_tokens_details",
            JsonObject.builder()
                .put("reasoning_tokens", 0)
                .put("audio_tokens", 0)
                .put("accepted_prediction_tokens", 0)
                .put("rejected_prediction_tokens", 0)
                .build())
        .build();
  }

  private UpstreamAnswer open(DemoReply reply, List<String> tokens) {
    UpstreamAnswer answer = UpstreamAnswer.eventStream();
    boolean slow = model == DemoModel.SLOW;
    answer = (slow ? answer.delay(SLOW_START) : answer).event(chunk(reply.opening(), null));
    for (String token : tokens) {
      answer = (slow ? answer.delay(SLOW_TOKEN) : answer).event(chunk(reply.delta(token), null));
    }
    return answer;
  }

  private UpstreamAnswer close(UpstreamAnswer answer, DemoReply reply) {
    UpstreamAnswer closing = answer.event(chunk(JsonObject.EMPTY, reply.finishReason()));
    if (usageWanted()) {
      closing =
          closing.event(
              DemoJson.text(frame("chat.completion.chunk").put("usage", usage(reply)).build()));
    }
    return closing.event("[DONE]").end();
  }

  private String chunk(JsonObject delta, @Nullable String finishReason) {
    JsonObject choice =
        JsonObject.builder()
            .put("index", 0)
            .put("delta", delta)
            .put("logprobs", JsonNull.NULL)
            .putNullable("finish_reason", finishReason)
            .build();
    JsonObject.Builder chunk = frame("chat.completion.chunk", choice);
    return DemoJson.text(usageWanted() ? chunk.put("usage", JsonNull.NULL).build() : chunk.build());
  }

  private boolean usageWanted() {
    return body.object("stream_options").orElse(JsonObject.EMPTY).isTrue("include_usage");
  }
}
