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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ResponsesRulesTest {

  private final RequestRules rules = new RequestRules(100_000);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"input":"hi"}                     | model
          {"model":"m"}                      | input
          {"model":"m","input":null}         | input
          """)
  void whatIsMissingIsNamed(String body, String param) {
    GatewayException refused = refused(body);

    assertThat(refused.code()).isEqualTo(ErrorCode.MISSING_REQUIRED_PARAMETER);
    assertThat(refused.param()).isEqualTo(param);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          7                                                                          | input
          []                                                                         | input
          {}                                                                         | input
          ["hi"]                                                                     | input[0]
          [{"type":7}]                                                               | input[0].type
          [{"content":"hi"}]                                                         | input[0].role
          [{"role":"user"}]                                                          | input[0].content
          [{"role":"tool","content":"hi"}]                                           | input[0].role
          [{"role":"user","content":7}]                                              | input[0].content
          [{"role":"user","content":["hi"]}]                                         | input[0].content[0]
          [{"role":"user","content":[{"text":"hi"}]}]                                | input[0].content[0].type
          [{"role":"user","content":[{"type":"input_text"}]}]                        | input[0].content[0].text
          [{"role":"user","content":[{"type":"input_text","text":7}]}]               | input[0].content[0].text
          [{"role":"user","content":[{"type":"input_image"}]}]                       | input[0].content[0].image_url
          [{"role":"user","content":[{"type":"input_image","image_url":{}}]}]        | input[0].content[0].image_url
          [{"role":"user","content":[{"type":"input_file","filename":"a"}]}]         | input[0].content[0].file_data
          [{"role":"user","content":[{"type":"input_audio"}]}]                       | input[0].content[0].input_audio
          [{"role":"user","content":"a"},{"type":"function_call","name":"f","arguments":""}] | input[1].call_id
          [{"type":"function_call","call_id":"c","arguments":"{}"}]                  | input[0].name
          [{"type":"function_call","call_id":"c","name":"f","arguments":{}}]         | input[0].arguments
          [{"type":"custom_tool_call","call_id":"c","name":"f"}]                     | input[0].input
          [{"type":"function_call_output","output":"a"}]                             | input[0].call_id
          [{"type":"function_call_output","call_id":"","output":"a"}]                | input[0].call_id
          [{"type":"function_call_output","call_id":"c"}]                            | input[0].output
          [{"type":"function_call_output","call_id":"c","output":7}]                 | input[0].output
          [{"type":"custom_tool_call_output","call_id":"c","output":{}}]             | input[0].output
          [{"type":"reasoning","summary":"why"}]                                     | input[0].summary
          [{"type":"reasoning","summary":[{"type":"summary_text"}]}]                 | input[0].summary[0].text
          [{"type":"reasoning","encrypted_content":7}]                               | input[0].encrypted_content
          [{"type":"item_reference"}]                                                | input[0].id
          [{"type":"compaction"}]                                                    | input[0].encrypted_content
          """)
  void aMistakeInTheInputIsNamedByItsPath(String input, String param) {
    GatewayException refused = refused("{\"model\":\"m\",\"input\":" + input + "}");

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.param()).isEqualTo(param);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\"",
        "[{\"role\":\"user\",\"content\":\"hi\"}]",
        "[{\"role\":\"assistant\",\"content\":[]},{\"role\":\"developer\",\"content\":\"be brief\"}]",
        "[{\"type\":\"message\",\"id\":\"gen-1\",\"role\":\"assistant\",\"phase\":\"commentary\","
            + "\"content\":[{\"type\":\"output_text\",\"text\":\"a\",\"annotations\":[]}]}]",
        "[{\"role\":\"assistant\",\"content\":[{\"type\":\"refusal\",\"refusal\":\"no\"}]}]",
        "[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"detail\":\"low\","
            + "\"image_url\":\"data:image/png;base64,AA\"}]}]",
        "[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"file_id\":\"file-1\"}]}]",
        "[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file_url\":\"http://a\"}]}]",
        "[{\"role\":\"user\",\"content\":[{\"type\":\"input_video\",\"video_url\":\"http://a\"}]}]",
        "[{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\",\"arguments\":\"\"},"
            + "{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":[{\"type\":"
            + "\"input_text\",\"text\":\"a\"}]}]",
        "[{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[],\"encrypted_content\":null}]",
        "[{\"type\":\"item_reference\",\"id\":\"msg_1\"}]",
        "[{\"id\":\"msg_1\"}]",
        "[{\"type\":\"web_search_call\",\"id\":\"ws_1\",\"status\":\"completed\"}]"
      })
  void whatClientsReplayIsAccepted(String input) {
    assertThatCode(() -> check("{\"model\":\"m\",\"input\":" + input + "}"))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "instructions":["be brief"]                                         | instructions
          "stream":"yes"                                                      | stream
          "stream_options":7                                                  | stream_options
          "stream_options":{"include_obfuscation":1}                          | stream_options.include_obfuscation
          "store":1                                                           | store
          "background":"no"                                                   | background
          "previous_response_id":7                                            | previous_response_id
          "previous_response_id":""                                           | previous_response_id
          "temperature":2.1                                                   | temperature
          "top_p":-0.1                                                        | top_p
          "presence_penalty":3                                                | presence_penalty
          "frequency_penalty":"1"                                             | frequency_penalty
          "top_logprobs":21                                                   | top_logprobs
          "max_output_tokens":0                                               | max_output_tokens
          "max_output_tokens":1.5                                             | max_output_tokens
          "max_tool_calls":0                                                  | max_tool_calls
          "parallel_tool_calls":1                                             | parallel_tool_calls
          "truncation":"middle"                                               | truncation
          "include":"reasoning.encrypted_content"                             | include
          "include":[7]                                                       | include[0]
          "metadata":[]                                                       | metadata
          "metadata":{"a":7}                                                  | metadata.a
          "prompt_cache_key":7                                                | prompt_cache_key
          "safety_identifier":[]                                              | safety_identifier
          "prompt":"p"                                                        | prompt
          "reasoning":"high"                                                  | reasoning
          "reasoning":{"effort":"hihg"}                                       | reasoning.effort
          "reasoning":{"summary":true}                                        | reasoning.summary
          "text":"json"                                                       | text
          "text":{"verbosity":"loud"}                                         | text.verbosity
          "text":{"format":"text"}                                            | text.format
          "text":{"format":{}}                                                | text.format.type
          "text":{"format":{"type":"xml"}}                                    | text.format.type
          "text":{"format":{"type":"json_schema","schema":{}}}                | text.format.name
          "text":{"format":{"type":"json_schema","name":"a b","schema":{}}}   | text.format.name
          "text":{"format":{"type":"json_schema","name":"n"}}                 | text.format.schema
          "tools":{}                                                          | tools
          "tools":["f"]                                                       | tools[0]
          "tools":[{"name":"f"}]                                              | tools[0].type
          "tools":[{"type":"function"}]                                       | tools[0].name
          "tools":[{"type":"function","function":{"name":"f"}}]               | tools[0].name
          "tools":[{"type":"function","name":"a b"}]                          | tools[0].name
          "tools":[{"type":"function","name":"f","parameters":[]}]            | tools[0].parameters
          "tools":[{"type":"function","name":"f","strict":"yes"}]             | tools[0].strict
          "tools":[{"type":"custom","name":""}]                               | tools[0].name
          "tools":[{"type":"custom","name":"c","format":"text"}]              | tools[0].format
          "tool_choice":"any"                                                 | tool_choice
          "tool_choice":7                                                     | tool_choice
          "tool_choice":{}                                                    | tool_choice.type
          "tool_choice":{"type":"function"}                                   | tool_choice.name
          "tool_choice":{"type":"function","name":"f"}                        | tool_choice.name
          "tool_choice":{"type":"allowed_tools"}                              | tool_choice.tools
          "tool_choice":{"type":"allowed_tools","tools":[]}                   | tool_choice.tools
          "tool_choice":{"type":"allowed_tools","mode":"all","tools":[{}]}    | tool_choice.mode
          "tool_choice":{"type":"allowed_tools","tools":[{"type":"function","name":"f"}]} | tool_choice.tools[0].name
          "service_tier":"turbo"                                              | service_tier
          """)
  void aMistakeInAMemberIsNamedByItsPath(String members, String param) {
    GatewayException refused = refused(response(members));

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.param()).isEqualTo(param);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"instructions\":null,\"tools\":null,\"tool_choice\":null,\"metadata\":null,\"text\":null,"
            + "\"reasoning\":null,\"previous_response_id\":null,\"conversation\":null,"
            + "\"stream\":null,\"background\":null,\"include\":null,\"prompt\":null",
        "\"background\":false,\"store\":false,\"stream\":true",
        "\"max_output_tokens\":1,\"max_tool_calls\":1,\"top_logprobs\":20,\"temperature\":2",
        "\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"n\",\"schema\":{},"
            + "\"strict\":null},\"verbosity\":\"low\"}",
        "\"reasoning\":{\"effort\":\"none\",\"summary\":null}",
        "\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":null,\"strict\":null}],"
            + "\"tool_choice\":{\"type\":\"function\",\"name\":\"f\"}",
        "\"tools\":[{\"type\":\"custom\",\"name\":\"f\"},{\"type\":\"web_search\"}],\"tool_choice\":"
            + "{\"type\":\"allowed_tools\",\"mode\":\"auto\",\"tools\":[{\"type\":\"custom\","
            + "\"name\":\"f\"},{\"type\":\"web_search\"}]}",
        "\"tool_choice\":{\"type\":\"web_search\"}",
        "\"include\":[\"reasoning.encrypted_content\",\"their.own\"],\"truncation\":\"auto\"",
        "\"some_extension\":{\"of\":[\"theirs\"]},\"service_tier\":\"auto\""
      })
  void whatEitherReferenceKnowsIsAccepted(String members) {
    assertThatCode(() -> check(response(members))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "conversation":"conv_1"       | conversation  | previous_response_id
          "conversation":{"id":"c"}     | conversation  | previous_response_id
          """)
  void whatComesLaterIsRefusedWithWhatToDo(String members, String param, String instead) {
    GatewayException refused = refused(response(members));

    assertThat(refused.code()).isEqualTo(ErrorCode.NOT_SUPPORTED);
    assertThat(refused.param()).isEqualTo(param);
    assertThat(refused.message()).contains(instead);
  }

  @Test
  void aConversationAndAPreviousResponseExcludeEachOther() {
    GatewayException refused =
        refused(response("\"conversation\":\"conv_1\",\"previous_response_id\":\"resp_1\""));

    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_VALUE);
    assertThat(refused.param()).isEqualTo("conversation");
  }

  @Test
  void metadataHasItsLimits() {
    assertThatCode(() -> check(response(metadata(16, 64, 512)))).doesNotThrowAnyException();

    assertThat(refused(response(metadata(17, 64, 512))).param()).isEqualTo("metadata");
    assertThat(refused(response(metadata(16, 65, 512))).param()).isEqualTo("metadata");
    assertThat(refused(response(metadata(1, 64, 513))).param()).startsWith("metadata.");
  }

  @Test
  void aCompactionNeedsAModelAndSomethingToCompact() {
    assertThat(compactionRefused("{\"input\":\"hi\"}").param()).isEqualTo("model");
    assertThat(compactionRefused("{\"model\":\"m\"}").param()).isEqualTo("input");
    assertThat(compactionRefused("{\"model\":\"m\",\"input\":[]}").param()).isEqualTo("input");
    assertThat(
            compactionRefused("{\"model\":\"m\",\"previous_response_id\":\"a\",\"input\":7}")
                .param())
        .isEqualTo("input");
    assertThatCode(() -> compaction("{\"model\":\"m\",\"previous_response_id\":\"resp_1\"}"))
        .doesNotThrowAnyException();
    assertThat(compaction("{\"model\":\"m\",\"input\":\"hi\"}").stream()).isFalse();
    assertThat(
            compactionRefused("{\"model\":\"m\",\"input\":\"a\",\"service_tier\":\"flex\"}")
                .param())
        .isEqualTo("service_tier");
  }

  @Test
  void aCountNeedsAModelAndSomethingToCount() {
    assertThat(countRefused("{\"input\":\"hi\"}").param()).isEqualTo("model");
    assertThat(countRefused("{\"model\":\"m\"}").param()).isEqualTo("input");
    assertThat(countRefused("{\"model\":\"m\",\"input\":\"a\",\"tools\":[{}]}").param())
        .isEqualTo("tools[0].type");
    assertThatCode(
            () -> count("{\"model\":\"m\",\"previous_response_id\":\"resp_1\",\"input\":null}"))
        .doesNotThrowAnyException();
  }

  private static String metadata(int pairs, int keyLength, int valueLength) {
    return IntStream.range(0, pairs)
        .mapToObj(i -> "\"%s\":\"%s\"".formatted(key(i, keyLength), "v".repeat(valueLength)))
        .collect(Collectors.joining(",", "\"metadata\":{", "}"));
  }

  private static String key(int number, int length) {
    String start = "key" + number;
    return start + "k".repeat(length - start.length());
  }

  private static String response(String members) {
    return "{\"model\":\"m\",\"input\":\"hi\"," + members + "}";
  }

  private GatewayException refused(String body) {
    return catchThrowableOfType(GatewayException.class, () -> check(body));
  }

  private GatewayException compactionRefused(String body) {
    return catchThrowableOfType(GatewayException.class, () -> compaction(body));
  }

  private GatewayException countRefused(String body) {
    return catchThrowableOfType(GatewayException.class, () -> count(body));
  }

  private ValidRequest check(String body) {
    return rules.check(Endpoint.RESPONSES, inbound(body));
  }

  private ValidRequest compaction(String body) {
    return rules.check(Endpoint.COMPACTIONS, inbound(body));
  }

  private ValidRequest count(String body) {
    return rules.checkCount(inbound(body));
  }

  private static InboundRequest inbound(String body) {
    return new InboundRequest(
        "POST",
        "/v1/x",
        Map.of("content-type", List.of("application/json")),
        Map.of(),
        body.getBytes(UTF_8),
        "req",
        "trace",
        Deadline.in(Duration.ofMinutes(1)));
  }
}
