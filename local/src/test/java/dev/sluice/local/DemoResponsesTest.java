package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.Reasoning;
import com.openai.models.ReasoningEffort;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCompactParams;
import com.openai.models.responses.ResponseCompactionItemParam;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseOutputText;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.inputtokens.InputTokenCountParams;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The demo models behind `/responses`, asked through OpenAI's own client.
final class DemoResponsesTest {

  private DemoUpstream upstream;
  private OpenAIClient client;

  @BeforeEach
  void start() {
    upstream = DemoUpstream.start(0, null);
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(upstream.baseUrl().toString())
            .apiKey("any")
            .maxRetries(0)
            .build();
  }

  @AfterEach
  void stop() {
    client.close();
    upstream.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo-echo", "demo-reason"})
  void aStreamAddsUpToWhatIsSaidAtOnce(String model) {
    ResponseCreateParams params = params(model, "one two three").build();

    Response whole = client.responses().create(params);
    Response streamed = stream(params);

    assertThat(text(whole)).isEqualTo("one two three").isEqualTo(text(streamed));
    assertThat(whole.output()).hasSameSizeAs(streamed.output());
    assertThat(streamed.usage().orElseThrow().outputTokens())
        .isEqualTo(whole.usage().orElseThrow().outputTokens());
  }

  @Test
  void anAnswerStopsAtItsLimit() {
    ResponseCreateParams params = params("demo-echo", "a b c").maxOutputTokens(2).build();

    assertThat(client.responses().create(params).status()).contains(ResponseStatus.INCOMPLETE);
    assertThat(text(stream(params))).isEqualTo("a b");
  }

  @Test
  void everyTokenHasItsProbabilityWhenTheyAreWanted() {
    ResponseCreateParams params = params("demo-echo", "a b").topLogprobs(2).build();

    var whole = part(client.responses().create(params)).logprobs().orElseThrow();

    assertThat(whole).hasSize(2).isEqualTo(part(stream(params)).logprobs().orElseThrow());
    assertThat(whole.getFirst().token()).isEqualTo("a");
    assertThat(whole.getFirst().topLogprobs()).hasSize(2);
  }

  @Test
  void aNameThatWasToldIsRemembered() {
    ResponseInputItem told = message("Hello, my name is Ada.");
    ResponseCreateParams params =
        params("demo-echo", "").inputOfResponse(List.of(told, message("What is my name?"))).build();

    assertThat(text(client.responses().create(params))).isEqualTo("Ada");
  }

  private static ResponseInputItem message(String text) {
    return ResponseInputItem.ofMessage(
        ResponseInputItem.Message.builder()
            .role(ResponseInputItem.Message.Role.USER)
            .addInputTextContent(text)
            .build());
  }

  @Test
  void nothingIsThoughtWithoutEffort() {
    ResponseCreateParams params =
        params("demo-reason", "one two")
            .reasoning(Reasoning.builder().effort(ReasoningEffort.NONE).build())
            .build();

    assertThat(client.responses().create(params).output()).hasSize(1);
  }

  @Test
  void aToolIsCalledAndItsResultIsTold() {
    ResponseCreateParams ask = params("demo-tools", "Weather?").addTool(weather()).build();

    var call = client.responses().create(ask).output().getFirst().asFunctionCall();
    var streamed = stream(ask).output().getFirst().asFunctionCall();
    Response told =
        client
            .responses()
            .create(
                params("demo-tools", "")
                    .inputOfResponse(
                        List.of(
                            ResponseInputItem.ofFunctionCall(call),
                            ResponseInputItem.ofFunctionCallOutput(
                                ResponseInputItem.FunctionCallOutput.builder()
                                    .callId(call.callId())
                                    .output("sunny")
                                    .build())))
                    .addTool(weather())
                    .build());

    assertThat(call.name()).isEqualTo("get_weather");
    assertThat(call.arguments()).isEqualTo("{\"city\":\"Paris\"}").isEqualTo(streamed.arguments());
    assertThat(text(told)).isEqualTo("The tool answered: sunny");
  }

  @ParameterizedTest
  @ValueSource(strings = {"reset-after:2", "error-after:2", "fail:500", "garbage"})
  void flakyFailsAsItIsTold(String directive) {
    ResponseCreateParams params = params("demo-flaky", "please " + directive + " now then").build();

    assertThatThrownBy(() -> stream(params))
        .isInstanceOfAny(OpenAIException.class, IllegalStateException.class);
  }

  @Test
  void anInputIsCounted() {
    var count =
        client
            .responses()
            .inputTokens()
            .count(
                InputTokenCountParams.builder().model("demo-echo").input("one two three").build());

    assertThat(count.inputTokens()).isEqualTo(3);
  }

  @Test
  void aConversationMadeShortCanStillBeAnswered() {
    String compacted =
        client
            .responses()
            .compact(
                ResponseCompactParams.builder()
                    .model(ResponseCompactParams.Model.of("demo-echo"))
                    .input("one two three")
                    .build())
            .output()
            .getFirst()
            .asCompaction()
            .encryptedContent();
    ResponseInputItem item =
        ResponseInputItem.ofCompaction(
            ResponseCompactionItemParam.builder().encryptedContent(compacted).build());

    Response answer =
        client.responses().create(params("demo-tools", "").inputOfResponse(List.of(item)).build());

    assertThat(answer.usage().orElseThrow().inputTokens()).isEqualTo(4);
  }

  private static ResponseCreateParams.Builder params(String model, String input) {
    return ResponseCreateParams.builder().model(model).input(input);
  }

  private static FunctionTool weather() {
    return FunctionTool.builder()
        .name("get_weather")
        .strict(false)
        .parameters(
            FunctionTool.Parameters.builder()
                .putAdditionalProperty("type", JsonValue.from("object"))
                .putAdditionalProperty(
                    "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                .build())
        .build();
  }

  private Response stream(ResponseCreateParams params) {
    ResponseAccumulator accumulator = ResponseAccumulator.create();
    try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(params)) {
      stream.stream().forEach(accumulator::accumulate);
    }
    return accumulator.response();
  }

  private static String text(Response response) {
    return part(response).text();
  }

  private static ResponseOutputText part(Response response) {
    return response.output().getLast().asMessage().content().getFirst().asOutputText();
  }
}
