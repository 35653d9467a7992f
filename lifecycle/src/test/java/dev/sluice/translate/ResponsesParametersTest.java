package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.ResponseParameters;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ResponsesParametersTest {

  @Test
  void whatTheRequestLeavesOutIsTheDefault() {
    assertThat(ResponsesParameters.of(TestingStreams.object("{\"model\":\"m\",\"input\":\"x\"}")))
        .isEqualTo(ResponseParameters.DEFAULTS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          instructions          | "Be short."             | "Be short."
          instructions          | [{"role":"user"}]       | null
          temperature           | 0.70                    | 0.70
          temperature           | null                    | 1
          temperature           | "warm"                  | 1
          top_p                 | 0                       | 0
          presence_penalty      | -1.5                    | -1.5
          frequency_penalty     | true                    | 0
          max_output_tokens     | 1e2                     | 100
          max_output_tokens     | 1.5                     | null
          max_tool_calls        | 3                       | 3
          top_logprobs          | null                    | 0
          metadata              | {"a":"b"}               | {"a":"b"}
          metadata              | null                    | {}
          parallel_tool_calls   | false                   | false
          parallel_tool_calls   | null                    | true
          previous_response_id  | "resp_1"                | "resp_1"
          prompt_cache_key      | "k"                     | "k"
          safety_identifier     | "s"                     | "s"
          truncation            | "auto"                  | "auto"
          truncation            | 1                       | "disabled"
          reasoning             | {"effort":"low"}        | {"effort":"low","summary":null}
          reasoning             | {"generate_summary":"auto"} | {"effort":null,"summary":"auto"}
          reasoning             | null                    | null
          text                  | {"verbosity":"low"}     | {"format":{"type":"text"},"verbosity":"low"}
          text                  | {"format":{"type":"json_object"}} | {"format":{"type":"json_object"}}
          text                  | {"format":{"type":"json_schema","name":"n","schema":{}}} | {"format":{"type":"json_schema","name":"n","description":null,"schema":{},"strict":false}}
          tool_choice           | "required"              | "required"
          tool_choice           | {"type":"function","name":"f"} | {"type":"function","name":"f"}
          tool_choice           | 1                       | "auto"
          tools                 | null                    | []
          tools                 | [1,{"type":"web_search"}] | [{"type":"web_search"}]
          tools                 | [{"type":"function","name":"f","x":1}] | [{"type":"function","name":"f","description":null,"parameters":null,"strict":null,"x":1}]
          tools                 | [{"type":"custom","name":"c"}] | [{"type":"custom","name":"c"}]
          """)
  void everyParameterIsEchoedInItsOwnForm(String name, String given, String shown) {
    ResponseParameters parameters =
        ResponsesParameters.of(TestingStreams.object("{\"" + name + "\":" + given + "}"));

    assertThat(Objects.requireNonNull(parameters.values().get(name)))
        .isEqualTo(TestingStreams.document(shown).root());
  }

  @Test
  void anUpstreamSaysWhatTheRequestLeftOpenAndNothingElse() {
    ResponseParameters own =
        ResponsesParameters.of(
            TestingStreams.object("{\"temperature\":0.2,\"metadata\":{\"a\":\"b\"}}"));

    ResponseParameters inForce =
        ResponsesParameters.inForce(
            own,
            TestingStreams.object(
                """
                {"temperature":0.9,"top_p":0.98,"max_output_tokens":4096,"truncation":"auto",
                 "reasoning":{"effort":"medium"},"instructions":"theirs","metadata":{"c":"d"},
                 "tools":[{"type":"web_search"}],"previous_response_id":"resp_theirs",
                 "presence_penalty":null}\
                """));

    assertThat(inForce)
        .isEqualTo(
            ResponsesParameters.of(
                TestingStreams.object(
                    """
                    {"temperature":0.2,"metadata":{"a":"b"},"top_p":0.98,
                     "max_output_tokens":4096,"truncation":"auto",
                     "reasoning":{"effort":"medium"}}\
                    """)));
  }

  @Test
  void anUpstreamCompletesTheReasoningThatTheRequestBegan() {
    ResponseParameters own =
        ResponsesParameters.of(TestingStreams.object("{\"reasoning\":{\"effort\":\"low\"}}"));

    ResponseParameters inForce =
        ResponsesParameters.inForce(
            own,
            TestingStreams.object(
                "{\"reasoning\":{\"effort\":\"high\",\"summary\":\"detailed\"}}"));

    assertThat(inForce.values().get("reasoning"))
        .isEqualTo(TestingStreams.object("{\"effort\":\"low\",\"summary\":\"detailed\"}"));
  }
}
