package dev.sluice.gateway.inference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InputTokensTest {

  private final InferenceBench bench = new InferenceBench();

  @BeforeEach
  void translateByTheTestsOwnRules() {
    bench.translator = TestingTranslation::new;
  }

  @Test
  void aServerOfTheResponsesApiIsAsked() {
    bench.upstreams.planJson(200, "{\"object\":\"response.input_tokens\",\"input_tokens\":11}");

    TestingReply reply = count("native", "\"hi\"");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body())
        .isEqualTo("{\"object\":\"response.input_tokens\",\"input_tokens\":11}");
    assertThat(reply.headers())
        .containsEntry("content-type", "application/json")
        .containsEntry("x-request-id", "req-1")
        .doesNotContainKeys("x-sluice-estimated", "x-sluice-response-id");
    assertThat(bench.upstreams.requests().getFirst().path()).isEqualTo("/responses/input_tokens");
    assertThat(bench.upstreams.closed()).isEqualTo(1);
    assertThat(bench.queue.records()).as("a count is no response").isEmpty();
  }

  @Test
  void onlyWhatIsCountedIsSent() {
    bench.upstreams.planJson(200, "{\"input_tokens\":11}");

    count("native", "\"hi\"");

    JsonObject sent = Json.objectOrEmpty(bench.upstreams.body(0).getBytes(UTF_8));
    assertThat(sent.members()).containsOnlyKeys("model", "input");
    assertThat(sent.text("model")).contains("their-model-1");
  }

  @Test
  void theServerThatKnowsIsAskedWhereverItStands() {
    bench.upstreams.planJson(200, "{\"input_tokens\":11}");

    TestingReply reply = count("mixed", "\"hi\"");

    assertThat(reply.json().number("input_tokens")).contains(11L);
    assertThat(bench.upstreams.requests().getFirst().upstream().name()).isEqualTo("up2");
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 405, 501})
  void aServerThatDoesNotKnowTheQuestionIsNoError(int status) {
    bench.upstreams.planJson(status, "{\"error\":{\"message\":\"no such path\"}}");

    TestingReply reply = count("native", "\"hi\"");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.headers()).containsEntry("x-sluice-estimated", "true");
  }

  @ParameterizedTest
  @CsvSource({"400,400", "429,429", "401,502", "500,502", "503,503"})
  void whatTheServerRefusesIsRefused(int theirs, int ours) {
    bench.upstreams.planJson(theirs, "{\"error\":{\"message\":\"no\"}}");

    assertThat(count("native", "\"hi\"").status()).isEqualTo(ours);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"input_tokens\":-1}", "{\"input_tokens\":\"11\"}", "[]", "no"})
  void anAnswerWithoutACountIsABadGateway(String answer) {
    bench.upstreams.planJson(200, answer);

    TestingReply reply = count("native", "\"hi\"");

    assertThat(reply.status()).isEqualTo(502);
    assertThat(reply.errorCode()).isEqualTo("upstream_invalid_response");
  }

  @Test
  void aServerThatDoesNotAnswerIsATimeOut() {
    bench.upstreams.planFailure(new TimedOut("connect"));

    assertThat(count("native", "\"hi\"").status()).isEqualTo(504);
  }

  @Test
  void elsewhereTheCountIsEstimated() {
    TestingReply reply = count("talk", "\"hello world\"");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.headers()).containsEntry("x-sluice-estimated", "true");
    assertThat(reply.json().text("object")).contains("response.input_tokens");
    assertThat(reply.json().number("input_tokens"))
        .as("3 before the answer, 3 around the item, its role, and two words")
        .contains(9L);
    assertThat(bench.upstreams.requests()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          [{"role":"user","content":"hello world"}]                                              | 9
          [{"role":"user","content":[{"type":"input_text","text":"hello world"}]}]               | 9
          [{"role":"user","content":[{"type":"input_image","image_url":"http://a"}]}]            | 772
          [{"role":"user","content":[{"type":"input_image","detail":"low","image_url":"a"}]}]    | 92
          [{"role":"user","content":[{"type":"input_file","file_data":"AAAAAAAAAAAAAAAA"}]}]     | 10
          [{"role":"user","content":[{"type":"input_file","file_url":"http://a"}]}]              | 1007
          [{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"hello world"}] | 13
          [{"type":"reasoning","summary":[],"encrypted_content":"AAAAAAAAAAAAAAAA"}]             | 10
          """)
  void eachKindOfItemCountsByItsRule(String input, long tokens) {
    assertThat(count("talk", input).json().number("input_tokens")).contains(tokens);
  }

  @Test
  void instructionsToolsAndTheTurnsBeforeCountToo() {
    long alone = tokens("");
    long instructed = tokens(",\"instructions\":\"be brief\"");
    long equipped = tokens(",\"tools\":[{\"type\":\"function\",\"name\":\"f\"}]");
    bench.history =
        (_, _, _) ->
            List.of(
                Json.objectOrEmpty(
                    "{\"type\":\"message\",\"role\":\"user\",\"content\":\"a\"}".getBytes(UTF_8)));
    long continued = tokens(",\"previous_response_id\":\"resp_1\"");

    assertThat(instructed).isEqualTo(alone + 5);
    assertThat(equipped).isGreaterThan(alone + 8);
    assertThat(continued).isEqualTo(alone + 5);
  }

  @Test
  void aBrokenBodyIsRefusedLikeThatOfAResponse() {
    TestingReply reply = count("talk", "[]");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.errorParam()).isEqualTo("input");
  }

  private long tokens(String more) {
    return bench
        .post(
            "/v1/responses/input_tokens",
            "{\"model\":\"talk\",\"input\":\"hello world\"%s}".formatted(more))
        .json()
        .number("input_tokens")
        .orElseThrow();
  }

  private TestingReply count(String model, String input) {
    return bench.post(
        "/v1/responses/input_tokens", "{\"model\":\"%s\",\"input\":%s}".formatted(model, input));
  }
}
