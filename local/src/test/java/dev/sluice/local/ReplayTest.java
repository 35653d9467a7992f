package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `GET /v1/responses/{id}?stream=true`: what was streamed comes again, and what was not is told as
/// if it had been.
@Tag(BackingServices.TAG)
final class ReplayTest {

  private static final Map<String, String> OPEN_RESPONSES =
      Map.of("x-sluice-dialect", "open-responses");

  private static TestingStack stack;

  @BeforeAll
  static void start() {
    stack = TestingStack.start();
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @ParameterizedTest
  @CsvSource({
    "demo-echo, one two three",
    "demo-reason, one two three",
    "demo-flaky, please error-after:3 now and then",
    "demo-flaky, all is well",
    "demo-responses-echo, one two three",
    "demo-responses-reason, one two three",
    "demo-responses-flaky, please eof-after:2 now"
  })
  void whatWasStreamedComesAgainByteForByte(String model, String input) throws IOException {
    RawHttp.Answer live = stack.post("/v1/responses", body(model, input, true));
    stack.drain();
    String id = live.headers().get("x-sluice-response-id");

    RawHttp.Answer replay = stack.get("/v1/responses/" + id + "?stream=true");

    assertThat(replay.text()).isEqualTo(live.text());
    ServerSentEvents events = ServerSentEvents.of(live.text());
    assertThat(events.done()).isTrue();
    assertThat(events.terminal()).contains(json(stack.get("/v1/responses/" + id)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo-echo", "demo-responses-reason"})
  void aReplayGoesOnAfterAnyEvent(String model) throws IOException {
    RawHttp.Answer live = stack.post("/v1/responses", body(model, "one two three", true));
    stack.drain();
    String target = "/v1/responses/" + live.headers().get("x-sluice-response-id") + "?stream=true";
    List<ServerSentEvents.Event> all = ServerSentEvents.of(live.text()).events();

    for (int known = 0; known < all.size() + 2; known++) {
      ServerSentEvents rest =
          ServerSentEvents.of(stack.get(target + "&starting_after=" + known).text());

      assertThat(rest.events()).isEqualTo(all.subList(Math.min(known + 1, all.size()), all.size()));
      assertThat(rest.done()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo-echo", "demo-tools", "demo-responses-reason"})
  void whatWasNotStreamedIsToldAsIfItHadBeen(String model) throws IOException {
    RawHttp.Answer whole = stack.post("/v1/responses", body(model, "one two three", false));
    stack.drain();
    String target = "/v1/responses/" + json(whole).text("id").orElseThrow() + "?stream=true";

    RawHttp.Answer replay = stack.get(target);

    ServerSentEvents events = ServerSentEvents.of(replay.text());
    assertThat(events.events().getFirst().type()).isEqualTo("response.created");
    assertThat(events.terminal()).contains(json(whole));
    assertThat(events.done()).isTrue();
    assertThat(stack.get(target).text()).isEqualTo(replay.text());
  }

  @Test
  void aChatCompletionIsReplayedAsAResponse() throws IOException {
    String id = json(stack.chat("demo-echo", "one two", Map.of())).text("id").orElseThrow();
    stack.drain();

    ServerSentEvents events =
        ServerSentEvents.of(stack.get("/v1/responses/" + id + "?stream=true").text());

    assertThat(events.terminal()).contains(json(stack.get("/v1/responses/" + id)));
    assertThat(events.ofType("response.output_text.done").map(e -> e.data().text("text")))
        .containsExactly(Optional.of("one two"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo-reason", "demo-responses-reason"})
  void reasoningEventsAreNamedAsTheCallerAsks(String model) throws IOException {
    String body = body(model, "one two", true);

    RawHttp.Answer openAi = stack.post("/v1/responses", body);
    RawHttp.Answer openResponses = stack.post("/v1/responses", body, OPEN_RESPONSES);
    stack.drain();
    RawHttp.Answer replayed =
        stack.get(
            "/v1/responses/" + openAi.headers().get("x-sluice-response-id") + "?stream=true",
            OPEN_RESPONSES);

    assertThat(openAi.text())
        .contains("event: response.reasoning_text.delta\n")
        .doesNotContain("response.reasoning.delta");
    for (RawHttp.Answer answer : List.of(openResponses, replayed)) {
      assertThat(answer.text())
          .contains("event: response.reasoning.delta\n", "event: response.reasoning.done\n")
          .doesNotContain("response.reasoning_text.");
    }
  }

  private static String body(String model, String input, boolean stream) {
    return "{\"model\":\"%s\",\"input\":\"%s\",\"stream\":%s,\"tools\":[{\"type\":\"function\",\"name\":\"look\"}]}"
        .formatted(model, input, stream);
  }

  private static JsonObject json(RawHttp.Answer answer) {
    return Json.objectOrEmpty(answer.body());
  }
}
