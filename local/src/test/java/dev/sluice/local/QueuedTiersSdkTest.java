package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Flex and background requests by the official SDK, with its validation on, in the dev stack: the
/// gateway wakes the daemon through the queue, and nobody ticks it.
@Tag(BackingServices.TAG)
final class QueuedTiersSdkTest {

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

  private static ResponseCreateParams.Builder response(String model, String input) {
    return ResponseCreateParams.builder().model(model).input(input);
  }

  private static Response settled(String id, Predicate<ResponseStatus> end) {
    stack.await(() -> client.responses().retrieve(id).status().filter(end).isPresent());
    return client.responses().retrieve(id).validate();
  }

  @Test
  void aBackgroundResponseOfTheFlexTierIsPolledUntilItIsCompleted() {
    Response queued =
        client
            .responses()
            .create(
                response("demo-echo", "later, please")
                    .background(true)
                    .serviceTier(ResponseCreateParams.ServiceTier.FLEX)
                    .build())
            .validate();

    Response completed = settled(queued.id(), ResponseStatus.COMPLETED::equals);

    assertThat(queued.status()).contains(ResponseStatus.QUEUED);
    assertThat(queued.background()).contains(true);
    assertThat(text(completed)).isEqualTo("later, please");
    assertThat(completed.usage()).isPresent();
    assertThat(
            stack.texts(
                "select lane || ' ' || attempt from request where id::text = '%s'"
                    .formatted(queued.id().substring("resp_".length()))))
        .containsExactly("daemon 1");
  }

  @Test
  void aBackgroundResponseOfTheDefaultTierIsInProgressAndSoonCompleted() {
    Response running =
        client
            .responses()
            .create(response("demo-echo", "now, please").background(true).build())
            .validate();

    assertThat(running.status()).contains(ResponseStatus.IN_PROGRESS);
    assertThat(text(settled(running.id(), ResponseStatus.COMPLETED::equals)))
        .isEqualTo("now, please");
  }

  @Test
  void flexResponsesAreAnsweredLikeRealtimeOnes() {
    Response answer =
        client
            .responses()
            .create(
                response("demo-echo", "in an hour at most")
                    .serviceTier(ResponseCreateParams.ServiceTier.FLEX)
                    .build())
            .validate();

    assertThat(answer.status()).contains(ResponseStatus.COMPLETED);
    assertThat(text(answer)).isEqualTo("in an hour at most");
    assertThat(client.responses().retrieve(answer.id())).isEqualTo(answer);
  }

  @Test
  void aFlexStreamAddsUpToTheStoredResponse() {
    ResponseAccumulator accumulator = ResponseAccumulator.create();
    List<ResponseStreamEvent> events = new ArrayList<>();
    try (StreamResponse<ResponseStreamEvent> stream =
        client
            .responses()
            .createStreaming(
                response("demo-echo", "word by word")
                    .serviceTier(ResponseCreateParams.ServiceTier.FLEX)
                    .build())) {
      stream.stream()
          .peek(event -> event.validate())
          .peek(accumulator::accumulate)
          .forEach(events::add);
    }

    Response streamed = accumulator.response().validate();
    assertThat(events.getFirst().isCreated()).isTrue();
    assertThat(events.getLast().isCompleted()).isTrue();
    assertThat(client.responses().retrieve(streamed.id())).isEqualTo(streamed);
  }

  @Test
  void flexChatCompletionsAreAnsweredWholeAndStreamed() {
    ChatCompletionCreateParams params =
        ChatCompletionCreateParams.builder()
            .model("demo-echo")
            .addUserMessage("cheaply, please")
            .serviceTier(ChatCompletionCreateParams.ServiceTier.FLEX)
            .build();

    ChatCompletion whole = client.chat().completions().create(params).validate();
    StringBuilder streamed = new StringBuilder();
    try (StreamResponse<ChatCompletionChunk> chunks =
        client.chat().completions().createStreaming(params)) {
      chunks.stream()
          .flatMap(chunk -> chunk.choices().stream())
          .forEach(choice -> choice.delta().content().ifPresent(streamed::append));
    }

    assertThat(whole.choices().getFirst().message().content()).contains("cheaply, please");
    assertThat(streamed).hasToString("cheaply, please");
  }

  @Test
  void flexEmbeddingsAreThoseOfARealtimeCall() throws IOException {
    String body = "{\"model\":\"demo-embed\",\"input\":\"the same\"%s}";
    RawHttp.Answer realtime = stack.post("/v1/embeddings", body.formatted(""));

    RawHttp.Answer flex =
        stack.post("/v1/embeddings", body.formatted(",\"service_tier\":\"flex\""));

    assertThat(flex.status()).as(flex.text()).isEqualTo(200);
    assertThat(flex.text()).isEqualTo(realtime.text());
  }

  @Test
  void aRunningBackgroundResponseIsCancelled() {
    Response running =
        client
            .responses()
            .create(response("demo-slow", "word ".repeat(500).strip()).background(true).build());
    stack.await(
        "select state = 'processing' from request where id::text = '%s'"
            .formatted(running.id().substring("resp_".length())));

    Response cancelled = client.responses().cancel(running.id()).validate();

    assertThat(cancelled.status()).contains(ResponseStatus.CANCELLED);
    assertThat(client.responses().cancel(running.id()).status()).contains(ResponseStatus.CANCELLED);
    stack.await(
        """
        select finished_at is not null and error = 'canceled' from request_attempt
        where request_id::text = '%s'
        """
            .formatted(running.id().substring("resp_".length())));
  }

  @Test
  void aRepeatOfTheSdkJoinsTheRequestThatItRepeats() throws IOException {
    String body =
        "{\"model\":\"demo-echo\",\"input\":\"only once\",\"service_tier\":\"flex\",\"background\":true}";

    RawHttp.Answer first = stack.post("/v1/responses", body);
    RawHttp.Answer repeat =
        stack.post("/v1/responses", body, Map.of("X-Stainless-Retry-Count", "1"));
    RawHttp.Answer other = stack.post("/v1/responses", body);

    assertThat(first.status()).isEqualTo(202);
    assertThat(repeat.headers().get("x-sluice-response-id"))
        .isEqualTo(first.headers().get("x-sluice-response-id"));
    assertThat(repeat.headers()).containsEntry("idempotent-replayed", "true");
    assertThat(other.headers().get("x-sluice-response-id"))
        .isNotEqualTo(first.headers().get("x-sluice-response-id"));
  }

  private static String text(Response response) {
    return response.output().stream()
        .flatMap(item -> item.message().stream())
        .flatMap(message -> message.content().stream())
        .flatMap(content -> content.outputText().stream())
        .map(part -> part.text())
        .reduce("", String::concat);
  }
}
