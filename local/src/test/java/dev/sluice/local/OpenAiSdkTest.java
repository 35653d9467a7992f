package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.models.Model;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The official OpenAI SDK, with its response validation on, against the running stack.
@Tag(BackingServices.TAG)
final class OpenAiSdkTest {

  private static TestingStack stack;
  private static OpenAIClient client;

  @BeforeAll
  static void start() {
    stack = TestingStack.start();
    client = client(stack.apiKey());
  }

  @AfterAll
  static void stop() {
    client.close();
    stack.close();
  }

  private static OpenAIClient client(String apiKey) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(stack.baseUrl())
        .apiKey(apiKey)
        .maxRetries(0)
        .responseValidation(true)
        .build();
  }

  private static ChatCompletionCreateParams.Builder chat(String model, String prompt) {
    return ChatCompletionCreateParams.builder().model(model).addUserMessage(prompt);
  }

  @Test
  void aChatCompletionIsAnsweredAndCanBeFetchedAgain() {
    ChatCompletion answer =
        client.chat().completions().create(chat("demo-echo", "Say it again").build()).validate();
    stack.drain();

    Response fetched = client.responses().retrieve(answer.id()).validate();

    assertThat(answer.id()).startsWith("resp_");
    assertThat(answer.model()).isEqualTo("demo-echo");
    assertThat(answer.choices().getFirst().message().content()).contains("Say it again");
    assertThat(fetched.id()).isEqualTo(answer.id());
    assertThat(fetched.status()).contains(ResponseStatus.COMPLETED);
    assertThat(text(fetched)).isEqualTo("Say it again");
    assertThat(fetched.usage().orElseThrow().totalTokens())
        .isEqualTo(answer.usage().orElseThrow().totalTokens());
  }

  @Test
  void aStreamAddsUpToTheAnswerThatIsStored() {
    ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
    List<ChatCompletionChunk> chunks = new ArrayList<>();
    ChatCompletionCreateParams params =
        chat("demo-echo", "one two three four")
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();

    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(params)) {
      stream.stream().peek(accumulator::accumulate).forEach(chunks::add);
    }
    stack.drain();

    ChatCompletion whole = accumulator.chatCompletion();
    assertThat(chunks).extracting(ChatCompletionChunk::id).containsOnly(whole.id());
    assertThat(whole.choices().getFirst().message().content()).contains("one two three four");
    assertThat(chunks.getLast().choices()).isEmpty();
    assertThat(chunks.getLast().usage()).isPresent();
    Response fetched = client.responses().retrieve(whole.id()).validate();
    assertThat(text(fetched)).isEqualTo("one two three four");
    assertThat(fetched.usage().orElseThrow().outputTokens())
        .isEqualTo(chunks.getLast().usage().orElseThrow().completionTokens());
  }

  @Test
  void aStreamWithoutIncludeUsageShowsNone() {
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(chat("demo-echo", "one two").build())) {
      assertThat(stream.stream().toList())
          .isNotEmpty()
          .allSatisfy(chunk -> assertThat(chunk.usage()).isEmpty())
          .allSatisfy(chunk -> assertThat(chunk.choices()).isNotEmpty());
    }
  }

  @Test
  void aToolCallComesBackWithItsArguments() {
    ChatCompletionCreateParams params =
        chat("demo-tools", "What is the weather in Paris?").addFunctionTool(weather()).build();

    ChatCompletion answer = client.chat().completions().create(params).validate();
    stack.drain();

    ChatCompletionMessageToolCall call =
        answer.choices().getFirst().message().toolCalls().orElseThrow().getFirst();
    assertThat(call.asFunction().function().name()).isEqualTo("get_weather");
    assertThat(call.asFunction().function().arguments()).contains("city");
    Response fetched = client.responses().retrieve(answer.id()).validate();
    assertThat(fetched.output().getFirst().asFunctionCall().callId())
        .isEqualTo(call.asFunction().id());
    assertThat(fetched.tools()).hasSize(1);
  }

  private static FunctionDefinition weather() {
    return FunctionDefinition.builder()
        .name("get_weather")
        .parameters(
            FunctionParameters.builder()
                .putAdditionalProperty("type", JsonValue.from("object"))
                .putAdditionalProperty(
                    "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                .build())
        .build();
  }

  @Test
  void embeddingsAreTheSameInBothEncodings() {
    EmbeddingCreateParams.Builder params =
        EmbeddingCreateParams.builder()
            .model("demo-embed")
            .inputOfArrayOfStrings(List.of("one", "two"));

    CreateEmbeddingResponse floats =
        client
            .embeddings()
            .create(params.encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT).build())
            .validate();
    CreateEmbeddingResponse base64 =
        client
            .embeddings()
            .create(params.encodingFormat(EmbeddingCreateParams.EncodingFormat.BASE64).build())
            .validate();

    assertThat(floats.data()).hasSize(2);
    for (int i = 0; i < 2; i++) {
      List<Float> expected = floats.data().get(i).embedding();
      List<Float> actual = base64.data().get(i).embedding();
      assertThat(actual).hasSameSizeAs(expected);
      for (int j = 0; j < expected.size(); j++) {
        assertThat(actual.get(j)).isCloseTo(expected.get(j), within(1e-6f));
      }
    }
  }

  @Test
  void modelsAreListedAndFetched() {
    List<String> ids = client.models().list().data().stream().map(Model::id).toList();

    assertThat(ids).contains("demo-echo", "demo-slow", "demo-tools", "demo-flaky", "demo-embed");
    assertThat(client.models().retrieve("demo-echo").validate().id()).isEqualTo("demo-echo");
  }

  @Test
  void everyErrorArrivesAsTheClassOfItsStatus() {
    assertThatThrownBy(() -> complete(client, chat("demo-echo", "x").temperature(7.0)))
        .isInstanceOf(BadRequestException.class);
    assertThatThrownBy(() -> complete(client, chat("no-such-model", "x")))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> complete(client, chat("demo-flaky", "fail:429")))
        .isInstanceOf(RateLimitException.class);
    assertThatThrownBy(() -> complete(client, chat("demo-flaky", "fail:500")))
        .isInstanceOf(InternalServerException.class);
    assertThatThrownBy(() -> client.responses().retrieve("resp_unknown"))
        .isInstanceOf(NotFoundException.class);
    OpenAIClient stranger = client("slk_wrong");
    assertThatThrownBy(() -> complete(stranger, chat("demo-echo", "x")))
        .isInstanceOf(UnauthorizedException.class);
    stranger.close();
    OpenAIClient narrow = client(stack.newKey(List.of("demo-embed")));
    assertThatThrownBy(() -> complete(narrow, chat("demo-echo", "x")))
        .isInstanceOf(PermissionDeniedException.class);
    narrow.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"reset", "eof"})
  void aBrokenUpstreamIsAnErrorAndNeverAnEmptyAnswer(String directive) {
    assertThatThrownBy(() -> complete(client, chat("demo-flaky", directive)))
        .isInstanceOfSatisfying(
            OpenAIServiceException.class, thrown -> assertThat(thrown.statusCode()).isEqualTo(502));
  }

  private static ChatCompletion complete(
      OpenAIClient client, ChatCompletionCreateParams.Builder params) {
    return client.chat().completions().create(params.build());
  }

  private static String text(Response response) {
    return response.output().getFirst().asMessage().content().getFirst().asOutputText().text();
  }
}
