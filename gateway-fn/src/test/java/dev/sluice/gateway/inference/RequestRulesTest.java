package dev.sluice.gateway.inference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.Deadline;
import dev.sluice.request.Endpoint;
import dev.sluice.request.ServiceTier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestRulesTest {

  private final RequestRules rules = new RequestRules(100_000);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          temperature           | "warm" ; -0.1 ; 2.1 ; 1e999
          top_p                 | -1 ; 1.01 ; []
          frequency_penalty     | -2.5 ; 3 ; true
          presence_penalty      | -2.5 ; 3 ; {}
          n                     | 0 ; 129 ; 1.5 ; "1"
          max_tokens            | 0 ; -1 ; "9" ; 1.5
          max_completion_tokens | 0 ; 1e30
          seed                  | 1.5 ; "a"
          logprobs              | 1 ; "true"
          top_logprobs          | 3 ; 21 ; -1
          logit_bias            | [] ; "x"
          stop                  | 1 ; ["a","b","c","d","e"] ; {}
          stream                | "yes" ; 1
          stream_options        | {"include_usage":true} ; 7
          tool_choice           | "always" ; 4
          parallel_tool_calls   | "no"
          reasoning_effort      | 3
          metadata              | "x" ; []
          modalities            | "text"
          store                 | "no"
          user                  | 7
          service_tier          | "gold" ; 7
          prediction            | "x"
          response_format       | "json" ; []
          """)
  void aValueOutOfItsRangeIsRefusedByName(String name, String values) {
    for (String value : values.split(" ; ", -1)) {
      GatewayException refused = refused(chat(",\"" + name + "\":" + value));

      assertThat(refused.status()).as(name + " = " + value).isEqualTo(400);
      assertThat(refused.code()).as(name + " = " + value).isEqualTo(ErrorCode.INVALID_VALUE);
      assertThat(refused.param()).as(name + " = " + value).isEqualTo(name);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          []                                                                  | messages
          "hi"                                                                | messages
          [7]                                                                 | messages[0]
          [{}]                                                                | messages[0].role
          [{"role":"wizard","content":"x"}]                                   | messages[0].role
          [{"role":"user"}]                                                   | messages[0].content
          [{"role":"user","content":null}]                                    | messages[0].content
          [{"role":"user","content":7}]                                       | messages[0].content
          [{"role":"user","content":["x"]}]                                   | messages[0].content[0]
          [{"role":"user","content":[{}]}]                                    | messages[0].content[0].type
          [{"role":"user","content":[{"type":"text"}]}]                       | messages[0].content[0].text
          [{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"user","content":[{"type":"image_url"}]}] | messages[2].content[0].image_url
          [{"role":"user","content":[{"type":"image_url","image_url":"u"}]}]  | messages[0].content[0].image_url
          [{"role":"user","content":[{"type":"image_url","image_url":{}}]}]   | messages[0].content[0].image_url.url
          [{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"x"}}]}] | messages[0].content[0].input_audio.format
          [{"role":"tool","content":"x"}]                                     | messages[0].tool_call_id
          [{"role":"assistant"}]                                              | messages[0].content
          [{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f"}}]}] | messages[0].tool_calls[0].function.arguments
          [{"role":"assistant","tool_calls":[{"type":"function","function":{}}]}]  | messages[0].tool_calls[0].id
          [{"role":"function","content":"x"}]                                 | messages[0].name
          [{"role":"user","content":"x","name":5}]                            | messages[0].name
          """)
  void aMistakeInAMessageIsNamedByItsPath(String messages, String param) {
    GatewayException refused = refused("{\"model\":\"one\",\"messages\":" + messages + "}");

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.param()).isEqualTo(param);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "tools":7                                                              | tools
          "tools":[7]                                                            | tools[0]
          "tools":[{"type":"function"}]                                          | tools[0].function
          "tools":[{"type":"function","function":{"name":"a b"}}]                | tools[0].function.name
          "tools":[{"type":"function","function":{"name":"a","parameters":[]}}]  | tools[0].function.parameters
          "tools":[{"type":"custom","custom":{}}]                                | tools[0].custom.name
          "tool_choice":{}                                                       | tool_choice.type
          "response_format":{}                                                   | response_format.type
          "response_format":{"type":"xml"}                                       | response_format.type
          "response_format":{"type":"json_schema"}                               | response_format.json_schema
          "response_format":{"type":"json_schema","json_schema":{}}              | response_format.json_schema.name
          "stream":true,"stream_options":{"include_usage":1}                     | stream_options.include_usage
          "logit_bias":{"5":101}                                                 | logit_bias.5
          "logprobs":true,"top_logprobs":21                                      | top_logprobs
          "stop":["a",1]                                                         | stop[1]
          "metadata":{"a":1}                                                     | metadata.a
          """)
  void aMistakeInsideAMemberIsNamedByItsPath(String members, String param) {
    GatewayException refused = refused(chat("," + members));

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.param()).isEqualTo(param);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ",\"temperature\":0,\"top_p\":1.0,\"n\":1,\"seed\":-5,\"max_tokens\":1.0",
        ",\"temperature\":null,\"stop\":null,\"tools\":null,\"stream\":null,\"store\":null",
        ",\"stop\":[\"a\",\"b\",\"c\",\"d\"],\"logprobs\":true,\"top_logprobs\":20",
        ",\"stream\":true,\"stream_options\":{\"include_usage\":true}",
        ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}]",
        ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}",
        ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\"}}",
        ",\"some_extension\":{\"of\":[\"theirs\"]},\"service_tier\":\"fast\",\"background\":7"
      })
  void whatOpenAiAcceptsIsAccepted(String members) {
    assertThatCode(() -> check(Endpoint.CHAT_COMPLETIONS, chat(members)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "auto,DEFAULT",
    "default,DEFAULT",
    "scale,DEFAULT",
    "fast,DEFAULT",
    "priority,PRIORITY",
    "flex,FLEX"
  })
  void theTierInForceIsDerived(String word, ServiceTier tier) {
    ValidRequest request =
        check(Endpoint.CHAT_COMPLETIONS, chat(",\"service_tier\":\"" + word + "\""));

    assertThat(request.common().tier()).isEqualTo(tier);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          `` | INVALID_JSON |
          {} x | INVALID_JSON |
          [1] | INVALID_JSON |
          {"a":1,"a":2} | DUPLICATE_KEY | a
          {"messages":[]} | MISSING_REQUIRED_PARAMETER | model
          {"model":"one"} | MISSING_REQUIRED_PARAMETER | messages
          {"model":7,"messages":[]} | INVALID_VALUE | model
          {"model":" ","messages":[]} | INVALID_VALUE | model
          {"model":null} | MISSING_REQUIRED_PARAMETER | model
          """)
  void aBodyThatIsNoRequestIsRefused(String body, ErrorCode code, String param) {
    GatewayException refused = refused(body);

    assertThat(refused.code()).isEqualTo(code);
    assertThat(refused.param()).isEqualTo(param);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "input":""                                  | input
          "input":[]                                  | input
          "input":7                                   | input
          "input":{"a":1}                             | input
          "input":["a",1]                             | input[1]
          "input":["a",""]                            | input[1]
          "input":[1,"a"]                             | input[1]
          "input":[1,2.5]                             | input[1]
          "input":[1,-1]                              | input[1]
          "input":[[1],[]]                            | input[1]
          "input":[[1],["a"]]                         | input[1][0]
          "input":[null]                              | input[0]
          "inputs":"a"                                | input
          "input":"a","encoding_format":"hex"         | encoding_format
          "input":"a","dimensions":0                  | dimensions
          "input":"a","dimensions":"3"                | dimensions
          "input":"a","user":3                        | user
          """)
  void aMistakeInAnEmbeddingsBodyIsNamedByItsPath(String members, String param) {
    GatewayException refused =
        catchThrowableOfType(
            GatewayException.class,
            () -> check(Endpoint.EMBEDDINGS, "{\"model\":\"embed\"," + members + "}"));

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.param()).isEqualTo(param);
  }

  @Test
  void embeddingsTakeUpTo2048Inputs() {
    String most = ones(2_048);

    assertThatCode(() -> check(Endpoint.EMBEDDINGS, embed(most))).doesNotThrowAnyException();
    assertThat(
            catchThrowableOfType(
                    GatewayException.class, () -> check(Endpoint.EMBEDDINGS, embed(ones(2_049))))
                .param())
        .isEqualTo("input");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"a\"", "[\"a\",\"b\"]", "[1,2]", "[[1],[2,3]]"})
  void everyKindOfInputIsTaken(String input) {
    ValidRequest request = check(Endpoint.EMBEDDINGS, embed(input));

    assertThat(request.endpoint()).isEqualTo(Endpoint.EMBEDDINGS);
  }

  @ParameterizedTest
  @CsvSource({
    "application/json,true",
    "application/json; charset=utf-8,true",
    "APPLICATION/JSON;charset=\"UTF-8\",true",
    "application/vnd.api+json,true",
    "text/plain,false",
    "application/json; charset=latin1,false",
    "application/x-www-form-urlencoded,false",
    "multipart/form-data; boundary=x,false"
  })
  void onlyJsonIsTaken(String contentType, boolean taken) {
    InboundRequest inbound = inbound(chat("").getBytes(UTF_8), contentType);

    GatewayException refused =
        catchThrowableOfType(
            GatewayException.class, () -> rules.check(Endpoint.CHAT_COMPLETIONS, inbound));

    assertThat(refused == null).isEqualTo(taken);
    if (!taken) {
      assertThat(refused.code()).isEqualTo(ErrorCode.UNSUPPORTED_MEDIA_TYPE);
    }
  }

  @Test
  void aBodyBeyondTheLimitIsRefusedWithTheWayAround() {
    GatewayException refused = refused(chat(",\"x\":\"" + "y".repeat(100_000) + "\""));

    assertThat(refused.status()).isEqualTo(413);
    assertThat(refused.message()).contains("by URL");
  }

  private static String ones(int count) {
    return IntStream.range(0, count).mapToObj(_ -> "1").collect(Collectors.joining(",", "[", "]"));
  }

  private static String embed(String input) {
    return "{\"model\":\"embed\",\"input\":" + input + "}";
  }

  private static String chat(String more) {
    return InferenceBench.chatBody("one", more);
  }

  private GatewayException refused(String body) {
    return catchThrowableOfType(
        GatewayException.class, () -> check(Endpoint.CHAT_COMPLETIONS, body));
  }

  private ValidRequest check(Endpoint endpoint, String body) {
    return rules.check(endpoint, inbound(body.getBytes(UTF_8), "application/json"));
  }

  private static InboundRequest inbound(byte[] body, String contentType) {
    return new InboundRequest(
        "POST",
        "/v1/x",
        Map.of("content-type", List.of(contentType)),
        Map.of(),
        body,
        "req",
        "trace",
        Deadline.in(Duration.ofMinutes(1)));
  }
}
