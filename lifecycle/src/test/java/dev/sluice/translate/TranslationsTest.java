package dev.sluice.translate;

import static dev.sluice.translate.TestingCalls.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.request.Endpoint;
import dev.sluice.upstream.ChatTraits;
import dev.sluice.upstream.Upstream.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TranslationsTest {

  @ParameterizedTest
  @CsvSource({
    "CHAT_COMPLETIONS, CHAT, /chat/completions, ChatOverChat",
    "CHAT_COMPLETIONS, RESPONSES, /responses, ChatOverResponses",
    "RESPONSES, CHAT, /chat/completions, ResponsesOverChat",
    "RESPONSES, RESPONSES, /responses, ResponsesOverResponses",
    "COMPACTIONS, CHAT, /chat/completions, CompactionsOverChat",
    "COMPACTIONS, RESPONSES, /responses/compact, CompactionsOverResponses",
    "EMBEDDINGS, CHAT, /embeddings, EmbeddingsOverAny",
    "EMBEDDINGS, RESPONSES, /embeddings, EmbeddingsOverAny",
  })
  void eachEndpointIsPutInTheWordsOfTheUpstream(
      Endpoint endpoint, Protocol protocol, String path, String name) {
    Translation translation =
        Translations.of(
            TestingCalls.call(endpoint, json("{'input':'x','messages':[]}")),
            TestingCalls.target(protocol, ChatTraits.DEFAULT),
            text -> text);

    assertThat(translation.upstreamPath()).isEqualTo(path);
    assertThat(translation.getClass().getSimpleName()).isEqualTo(name);
    assertThat(TestingCalls.document(translation.upstreamBody()).object().text("model"))
        .contains("theirs");
  }

  @Test
  void whatOneProtocolCannotExpressAnotherMay() {
    ClientCall call =
        TestingCalls.call(
            Endpoint.RESPONSES, json("{'input':'x','tools':[{'type':'web_search'}]}"));

    assertThatThrownBy(() -> Translations.of(call, TestingCalls.chat(), text -> text))
        .isInstanceOf(UntranslatableException.class);
    assertThat(Translations.of(call, TestingCalls.responses(), text -> text).upstreamBody())
        .isNotEmpty();
  }
}
