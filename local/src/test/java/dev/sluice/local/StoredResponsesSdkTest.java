package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCompactParams;
import com.openai.models.responses.ResponseCompactionItemParam;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseRetrieveParams;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.inputitems.InputItemListParams;
import com.openai.models.responses.inputtokens.InputTokenCountParams;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the official SDK does with responses that are there, and with inputs that are only counted
/// or made short, over model servers of both protocols.
@Tag(BackingServices.TAG)
final class StoredResponsesSdkTest {

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
  @ValueSource(strings = {"demo-echo", "demo-responses-echo"})
  void aReplayGivesTheEventsAgainFromAnyPlace(String model) {
    ResponseCreateParams params = params(model, "one two three").build();
    List<ResponseStreamEvent> live;
    try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(params)) {
      live = stream.stream().toList();
    }
    stack.drain();
    String id = live.getFirst().asCreated().response().id();

    try (StreamResponse<ResponseStreamEvent> all = client.responses().retrieveStreaming(id);
        StreamResponse<ResponseStreamEvent> rest =
            client
                .responses()
                .retrieveStreaming(id, ResponseRetrieveParams.builder().startingAfter(3).build())) {
      assertThat(all.stream().toList()).isEqualTo(live);
      assertThat(rest.stream().toList()).isEqualTo(live.subList(4, live.size()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo-echo", "demo-responses-echo"})
  void aResponseThatIsDeletedIsGone(String model) {
    String id = client.responses().create(params(model, "Forget me").build()).id();
    stack.drain();

    client.responses().delete(id);

    assertThatThrownBy(() -> client.responses().retrieve(id)).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(
            () -> client.responses().create(params(model, "Go on").previousResponseId(id).build()))
        .isInstanceOf(BadRequestException.class);
  }

  @Test
  void inputItemsAreListedPageByPage() {
    List<ResponseInputItem> input = List.of(message("one"), message("two"), message("three"));
    String id =
        client.responses().create(params("demo-echo", "").inputOfResponse(input).build()).id();
    stack.drain();

    var items =
        client
            .responses()
            .inputItems()
            .list(
                id,
                InputItemListParams.builder().limit(2).order(InputItemListParams.Order.ASC).build())
            .autoPager()
            .stream()
            .map(
                item -> item.asResponseInputMessageItem().content().getFirst().asInputText().text())
            .toList();

    assertThat(items).containsExactly("one", "two", "three");
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo-echo", "demo-responses-echo"})
  void inputTokensAreCounted(String model) {
    long count =
        client
            .responses()
            .inputTokens()
            .count(InputTokenCountParams.builder().model(model).input("one two three").build())
            .validate()
            .inputTokens();

    assertThat(count).isBetween(3L, 20L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo-echo", "demo-responses-echo"})
  void aConversationMadeShortIsUnderstood(String model) {
    String summary =
        client
            .responses()
            .compact(
                ResponseCompactParams.builder()
                    .model(ResponseCompactParams.Model.of(model))
                    .input("The code word is swordfish.")
                    .build())
            .validate()
            .output()
            .getLast()
            .asCompaction()
            .encryptedContent();

    Response answer =
        client
            .responses()
            .create(
                params(model, "")
                    .inputOfResponse(
                        List.of(
                            ResponseInputItem.ofCompaction(
                                ResponseCompactionItemParam.builder()
                                    .encryptedContent(summary)
                                    .build()),
                            message("Go on")))
                    .build())
            .validate();

    assertThat(text(answer)).isEqualTo("Go on");
    assertThat(answer.usage().orElseThrow().inputTokens()).isGreaterThan(2);
  }

  @Test
  void aResponseThatHasEndedIsCancelledWithoutEffect() {
    Response answer = client.responses().create(params("demo-echo", "Done").build());
    stack.drain();

    assertThat(client.responses().cancel(answer.id())).isEqualTo(answer);
  }

  private static ResponseInputItem message(String text) {
    return ResponseInputItem.ofMessage(
        ResponseInputItem.Message.builder()
            .role(ResponseInputItem.Message.Role.USER)
            .addInputTextContent(text)
            .build());
  }

  private static String text(Response response) {
    return response.output().getLast().asMessage().content().getFirst().asOutputText().text();
  }
}
