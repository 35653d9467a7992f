package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The demo models, asked through OpenAI's own client with its validation on.
final class DemoUpstreamTest {

  private DemoUpstream upstream;
  private OpenAIClient client;

  @BeforeEach
  void start() {
    upstream = DemoUpstream.start(0, "the-key");
    client = client("the-key");
  }

  @AfterEach
  void stop() {
    client.close();
    upstream.close();
  }

  @Test
  void echoSaysWhatTheUserSaid() {
    ChatCompletion completion =
        client.chat().completions().create(chat("demo-echo", "one  two three ").build());

    assertThat(completion.choices().getFirst().message().content()).contains("one  two three ");
    assertThat(completion.choices().getFirst().finishReason().asString()).isEqualTo("stop");
    assertThat(completion.usage().orElseThrow().promptTokens()).isEqualTo(3);
    assertThat(completion.usage().orElseThrow().completionTokens()).isEqualTo(3);
  }

  @Test
  void echoStopsAtItsLimit() {
    ChatCompletion completion =
        client
            .chat()
            .completions()
            .create(chat("demo-echo", "one two three").maxCompletionTokens(2).build());

    assertThat(completion.choices().getFirst().message().content()).contains("one two");
    assertThat(completion.choices().getFirst().finishReason().asString()).isEqualTo("length");
  }

  @Test
  void streamsGiveTheSameTextAndUsageWhenItIsAskedFor() {
    List<ChatCompletionChunk> plain = stream(chat("demo-echo", "one two three").build());
    List<ChatCompletionChunk> counted =
        stream(
            chat("demo-echo", "one two three")
                .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build());

    assertThat(text(plain)).isEqualTo("one two three").isEqualTo(text(counted));
    assertThat(plain).hasSize(5).noneMatch(chunk -> chunk.usage().isPresent());
    assertThat(counted).hasSize(6);
    assertThat(counted.getLast().choices()).isEmpty();
    assertThat(counted.getLast().usage().orElseThrow().totalTokens()).isEqualTo(6);
  }

  @Test
  void slowStartsAfterTwoSecondsAndThenGivesTwentyTokensASecond() {
    long start = System.nanoTime();

    String text = text(stream(chat("demo-slow", "one two three four").build()));

    assertThat(text).isEqualTo("one two three four");
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(2_200), Duration.ofSeconds(10));
  }

  @Test
  void toolsCallsTheFirstToolWithArgumentsThatFit() {
    ChatCompletionCreateParams request =
        chat("demo-tools", "What is the weather?").addTool(weather()).build();

    ChatCompletion completion = client.chat().completions().create(request);
    List<ChatCompletionChunk> chunks = stream(request);

    var choice = completion.choices().getFirst();
    var call = choice.message().toolCalls().orElseThrow().getFirst().asFunction();
    String arguments = "{\"city\":\"Paris\",\"unit\":\"celsius\",\"days\":1}";
    assertThat(choice.finishReason().asString()).isEqualTo("tool_calls");
    assertThat(call.function().name()).isEqualTo("get_weather");
    assertThat(call.function().arguments()).isEqualTo(arguments);
    assertThat(
            chunks.stream()
                .flatMap(chunk -> chunk.choices().stream())
                .flatMap(c -> c.delta().toolCalls().stream())
                .flatMap(List::stream)
                .flatMap(c -> c.function().stream())
                .flatMap(function -> function.arguments().stream())
                .collect(Collectors.joining()))
        .isEqualTo(arguments);
  }

  @Test
  void embeddingsAreUnitVectorsThatDependOnTheTextOnly() {
    EmbeddingCreateParams request =
        EmbeddingCreateParams.builder()
            .model("demo-embed")
            .encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT)
            .inputOfArrayOfStrings(List.of("a", "b", "a"))
            .dimensions(8)
            .build();

    CreateEmbeddingResponse response = client.embeddings().create(request);

    var vectors = response.data().stream().map(each -> each.embedding()).toList();
    assertThat(vectors).hasSize(3).allSatisfy(vector -> assertThat(vector).hasSize(8));
    assertThat(vectors.get(0)).isEqualTo(vectors.get(2)).isNotEqualTo(vectors.get(1));
    assertThat(vectors.get(0).stream().mapToDouble(x -> x * x).sum()).isBetween(0.999, 1.001);
    assertThat(response.usage().totalTokens()).isEqualTo(3);
  }

  @Test
  void tokenListsAreEmbeddedToo() {
    var one = EmbeddingCreateParams.builder().model("demo-embed");

    assertThat(client.embeddings().create(one.inputOfArrayOfTokens(List.of(1L, 2L)).build()).data())
        .hasSize(1);
    assertThat(
            client
                .embeddings()
                .create(one.inputOfArrayOfTokenArrays(List.of(List.of(1L), List.of(2L))).build())
                .data())
        .hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"reset", "eof", "garbage", "fail:500", "fail:404", "reset-after:1", "eof-after:1"})
  void flakyFailsAsItIsTold(String directive) {
    var request = chat("demo-flaky", "please " + directive + " now").build();

    assertThatThrownBy(() -> client.chat().completions().create(request).validate())
        .isInstanceOf(OpenAIException.class);
  }

  @Test
  void flakyFailsInTheMiddleOfAStream() {
    for (String directive : List.of("reset-after:2", "error-after:2")) {
      var request = chat("demo-flaky", "please " + directive + " now then").build();

      assertThatThrownBy(() -> stream(request)).isInstanceOf(OpenAIException.class);
    }
    assertThatThrownBy(
            () -> client.chat().completions().create(chat("demo-flaky", "fail:429").build()))
        .isInstanceOf(RateLimitException.class);
    assertThat(text(stream(chat("demo-flaky", "all is well").build()))).isEqualTo("all is well");
  }

  @Test
  void aWrongKeyAndAnUnknownModelAreRefused() {
    OpenAIClient stranger = client("another");

    assertThatThrownBy(() -> stranger.models().list()).isInstanceOf(UnauthorizedException.class);
    stranger.close();
    assertThatThrownBy(() -> client.chat().completions().create(chat("gpt-17", "hello").build()))
        .isInstanceOf(OpenAIException.class)
        .hasMessageContaining("gpt-17");
    assertThat(client.models().list().data()).hasSize(DemoModel.values().length);
  }

  private OpenAIClient client(String key) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(upstream.baseUrl().toString())
        .apiKey(key)
        .maxRetries(0)
        .responseValidation(true)
        .build();
  }

  private static ChatCompletionCreateParams.Builder chat(String model, String text) {
    return ChatCompletionCreateParams.builder().model(model).addUserMessage(text);
  }

  private static ChatCompletionFunctionTool weather() {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("city", Map.of("type", "string"));
    properties.put("unit", Map.of("enum", List.of("celsius", "kelvin")));
    properties.put("days", Map.of("type", "integer", "minimum", 1));
    return ChatCompletionFunctionTool.builder()
        .function(
            FunctionDefinition.builder()
                .name("get_weather")
                .parameters(
                    FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty("properties", JsonValue.from(properties))
                        .build())
                .build())
        .build();
  }

  private List<ChatCompletionChunk> stream(ChatCompletionCreateParams request) {
    try (StreamResponse<ChatCompletionChunk> response =
        client.chat().completions().createStreaming(request)) {
      return response.stream().toList();
    }
  }

  private static String text(List<ChatCompletionChunk> chunks) {
    return chunks.stream()
        .flatMap(chunk -> chunk.choices().stream())
        .flatMap(choice -> choice.delta().content().stream())
        .collect(Collectors.joining());
  }
}
