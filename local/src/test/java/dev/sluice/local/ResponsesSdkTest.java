package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.CustomTool;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputImage;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseInputItem.FunctionCallOutput;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The documented uses of the Responses API by the official SDK, with its validation on, over model
/// servers of both protocols.
@Tag(BackingServices.TAG)
final class ResponsesSdkTest {

  private static TestingStack stack;
  private static OpenAIClient client;

  @BeforeAll
  static void start() {
    stack = TestingStack.start();
    client = CheckedClient.of(stack, stack.apiKey());
  }

  @AfterAll
  static void stop() {
    client.close();
    stack.close();
  }

  private static ResponseCreateParams.Builder params(String model, String input) {
    return ResponseCreateParams.builder().model(model).input(input);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"demo-echo", "demo-responses-echo", "demo-reason", "demo-responses-reason"})
  void anAnswerIsTheSameWhenItIsFetchedAgain(String model) {
    Response answer =
        client
            .responses()
            .create(
                params(model, "Say it again")
                    .instructions("Be brief.")
                    .metadata(
                        ResponseCreateParams.Metadata.builder()
                            .putAdditionalProperty("purpose", JsonValue.from("test"))
                            .build())
                    .build())
            .validate();
    stack.drain();

    Response fetched = client.responses().retrieve(answer.id()).validate();

    assertThat(fetched).isEqualTo(answer);
    assertThat(answer.id()).startsWith("resp_");
    assertThat(answer.model().asString()).isEqualTo(model);
    assertThat(answer.status()).contains(ResponseStatus.COMPLETED);
    assertThat(text(answer)).isEqualTo("Say it again");
    assertThat(answer.instructions().orElseThrow().asString()).isEqualTo("Be brief.");
    assertThat(answer.usage().orElseThrow().totalTokens()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo-echo",
        "demo-responses-echo",
        "demo-reason",
        "demo-responses-reason",
        "demo-tools",
        "demo-responses-tools"
      })
  void aStreamEndsInWhatItAddsUpTo(String model) {
    ResponseAccumulator accumulator = ResponseAccumulator.createWithSnapshots();
    List<ResponseStreamEvent> events = new ArrayList<>();
    ResponseCreateParams params = params(model, "one two three").addTool(weather()).build();

    try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(params)) {
      stream.stream()
          .peek(event -> event.validate())
          .peek(accumulator::accumulate)
          .forEach(events::add);
    }
    stack.drain();

    Response streamed = accumulator.response().validate();
    assertThat(accumulator.reconstructedResponse().output()).isEqualTo(streamed.output());
    assertThat(events.getFirst().isCreated()).isTrue();
    assertThat(events.getLast().isCompleted()).isTrue();
    assertThat(client.responses().retrieve(streamed.id())).isEqualTo(streamed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo-tools", "demo-responses-tools"})
  void aToolIsCalledAndItsResultContinuesTheConversation(String model) {
    Response asked =
        client
            .responses()
            .create(params(model, "What is the weather in Paris?").addTool(weather()).build())
            .validate();
    ResponseFunctionToolCall call = asked.output().getLast().asFunctionCall();

    Response told =
        client
            .responses()
            .create(
                ResponseCreateParams.builder()
                    .model(model)
                    .previousResponseId(asked.id())
                    .inputOfResponse(List.of(output(call.callId(), "sunny")))
                    .addTool(weather())
                    .build())
            .validate();

    assertThat(call.name()).isEqualTo("get_weather");
    assertThat(call.arguments()).isEqualTo("{\"city\":\"Paris\"}");
    assertThat(text(told)).isEqualTo("The tool answered: sunny");
    assertThat(told.previousResponseId()).contains(asked.id());
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo-tools", "demo-responses-tools"})
  void aCustomToolGetsFreeText(String model) {
    Response asked =
        client
            .responses()
            .create(
                params(model, "Patch it")
                    .addTool(CustomTool.builder().name("patch").description("Any text").build())
                    .build())
            .validate();

    assertThat(asked.output().getLast().isCustomToolCall()).isTrue();
    assertThat(asked.output().getLast().asCustomToolCall().name()).isEqualTo("patch");
    assertThat(asked.output().getLast().asCustomToolCall().input()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo-tools", "demo-responses-tools"})
  void anOutputOfACallThatNobodyMadeIsRefused(String model) {
    Response asked = client.responses().create(params(model, "Hello").build());

    assertThatThrownBy(() ->
            client
                .responses()
                .create(
                    ResponseCreateParams.builder()
                        .model(model)
                        .previousResponseId(asked.id())
                        .inputOfResponse(List.of(output("call_nobody", "sunny")))
                        .build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("No tool call found for function call output with call_id");
  }

  static final class Weather {
    public String city = "";
    public int temperature;
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo-echo", "demo-responses-echo"})
  void anAnswerFitsTheClassThatItIsAskedFor(String model) {
    Weather weather =
        client
            .responses()
            .create(params(model, "Weather?").text(Weather.class).build())
            .output()
            .getLast()
            .asMessage()
            .content()
            .getFirst()
            .asOutputText();

    assertThat(weather.city).isEqualTo("Paris");
    assertThat(weather.temperature).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo-echo", "demo-responses-echo"})
  void anImageReachesTheModel(String model) {
    ResponseInputItem message =
        ResponseInputItem.ofMessage(
            ResponseInputItem.Message.builder()
                .role(ResponseInputItem.Message.Role.USER)
                .addInputTextContent("What is this?")
                .addContent(
                    ResponseInputImage.builder()
                        .detail(ResponseInputImage.Detail.LOW)
                        .imageUrl("data:image/png;base64,iVBORw0KGgo=")
                        .build())
                .build());

    Response answer =
        client
            .responses()
            .create(params(model, "").inputOfResponse(List.of(message)).build())
            .validate();

    assertThat(text(answer)).isEqualTo("What is this? (images: 1)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo-echo", "demo-responses-echo"})
  void anAnswerThatIsCutSaysSo(String model) {
    Response answer =
        client.responses().create(params(model, "a b c").maxOutputTokens(2).build()).validate();

    assertThat(answer.status()).contains(ResponseStatus.INCOMPLETE);
    assertThat(answer.incompleteDetails().orElseThrow().reason().orElseThrow().asString())
        .isEqualTo("max_output_tokens");
    assertThat(text(answer)).isEqualTo("a b");
  }

  @ParameterizedTest
  @CsvSource({
    "demo-flaky, eof-after:2",
    "demo-flaky, error-after:2",
    "demo-responses-flaky, eof-after:2",
    "demo-responses-flaky, error-after:2"
  })
  void aStreamThatBreaksIsAFailedResponse(String model, String directive) {
    ResponseCreateParams params = params(model, "please " + directive + " now").build();

    ResponseAccumulator accumulator = ResponseAccumulator.create();
    try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(params)) {
      stream.stream().forEach(accumulator::accumulate);
    }
    stack.drain();

    Response failed = accumulator.response();
    assertThat(failed.status()).contains(ResponseStatus.FAILED);
    assertThat(failed.error()).isPresent();
    assertThat(client.responses().retrieve(failed.id())).isEqualTo(failed);
  }

  @Test
  void whatIsNotOfferedIsRefusedWithAReason() {
    assertThatThrownBy(() ->
            client
                .responses()
                .create(params("demo-echo", "x").background(true).store(false).build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("store");
    assertThatThrownBy(() ->
            client
                .responses()
                .create(params("demo-echo", "x").previousResponseId("resp_unknown").build()))
        .isInstanceOfSatisfying(
            BadRequestException.class,
            thrown -> assertThat(thrown.code()).contains("previous_response_not_found"));
    assertThatThrownBy(
            () -> client.responses().create(params("demo-echo", "x").temperature(7.0).build()))
        .isInstanceOfSatisfying(
            BadRequestException.class,
            thrown -> assertThat(thrown.param()).contains("temperature"));
  }

  private static ResponseInputItem output(String callId, String output) {
    return ResponseInputItem.ofFunctionCallOutput(
        FunctionCallOutput.builder().callId(callId).output(output).build());
  }

  private static FunctionTool weather() {
    return FunctionTool.builder()
        .name("get_weather")
        .strict(true)
        .parameters(
            FunctionTool.Parameters.builder()
                .putAdditionalProperty("type", JsonValue.from("object"))
                .putAdditionalProperty(
                    "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                .putAdditionalProperty("additionalProperties", JsonValue.from(false))
                .build())
        .build();
  }

  private static String text(Response response) {
    return response.output().getLast().asMessage().content().getFirst().asOutputText().text();
  }
}
