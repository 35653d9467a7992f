package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.ResponseParameters;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ChatParametersTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"temperature\":0.20} | temperature | 0.20",
        "{\"top_p\":0.5} | top_p | 0.5",
        "{\"presence_penalty\":-1} | presence_penalty | -1",
        "{\"frequency_penalty\":2} | frequency_penalty | 2",
        "{\"logprobs\":true,\"top_logprobs\":3} | top_logprobs | 3",
        "{\"max_tokens\":5} | max_output_tokens | 5",
        "{\"max_tokens\":5,\"max_completion_tokens\":6} | max_output_tokens | 6",
        "{\"metadata\":{\"a\":\"b\"}} | metadata | {\"a\":\"b\"}",
        "{\"parallel_tool_calls\":false} | parallel_tool_calls | false",
        "{\"prompt_cache_key\":\"k\"} | prompt_cache_key | \"k\"",
        "{\"safety_identifier\":\"s\"} | safety_identifier | \"s\"",
        "{\"reasoning_effort\":\"low\"} | reasoning | {\"effort\":\"low\",\"summary\":null}",
        "{\"verbosity\":\"low\"} | text | {\"format\":{\"type\":\"text\"},\"verbosity\":\"low\"}",
        "{\"response_format\":{\"type\":\"json_object\"}} | text | {\"format\":{\"type\":\"json_object\"}}",
        "{\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\":\"object\"},\"strict\":true}}} | text | {\"format\":{\"type\":\"json_schema\",\"name\":\"n\",\"description\":null,\"schema\":{\"type\":\"object\"},\"strict\":true}}",
        "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]} | tools | [{\"type\":\"function\",\"name\":\"f\",\"description\":null,\"parameters\":null,\"strict\":false}]",
        "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"d\",\"parameters\":{},\"strict\":true}}]} | tools | [{\"type\":\"function\",\"name\":\"f\",\"description\":\"d\",\"parameters\":{},\"strict\":true}]",
        "{\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"c\"}}]} | tools | [{\"type\":\"custom\",\"name\":\"c\"}]",
        "{\"functions\":[{\"name\":\"f\"}]} | tools | [{\"type\":\"function\",\"name\":\"f\",\"description\":null,\"parameters\":null,\"strict\":false}]",
        "{\"tool_choice\":\"required\"} | tool_choice | \"required\"",
        "{\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}} | tool_choice | {\"type\":\"function\",\"name\":\"f\"}",
        "{\"tool_choice\":{\"type\":\"custom\",\"custom\":{\"name\":\"c\"}}} | tool_choice | {\"type\":\"custom\",\"name\":\"c\"}",
        "{\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"required\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]}}} | tool_choice | {\"type\":\"allowed_tools\",\"mode\":\"required\",\"tools\":[{\"type\":\"function\",\"name\":\"f\"}]}",
        "{\"function_call\":{\"name\":\"f\"}} | tool_choice | {\"type\":\"function\",\"name\":\"f\"}",
        "{\"function_call\":\"none\"} | tool_choice | \"none\""
      })
  void whatTheRequestAskedForIsEchoed(String request, String name, String expected) {
    JsonValue value = ChatParameters.of(object(request)).values().get(name);

    assertThat(text(value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"temperature\":null,\"tools\":null,\"tool_choice\":null,\"metadata\":null,\"response_format\":null}",
        "{\"temperature\":\"hot\",\"tools\":{},\"tool_choice\":3,\"metadata\":[],\"response_format\":\"x\","
            + "\"parallel_tool_calls\":\"no\",\"max_tokens\":\"many\",\"reasoning_effort\":1}"
      })
  void whatIsAbsentOrOfAWrongTypeIsTheDefault(String request) {
    assertThat(ChatParameters.of(object(request))).isEqualTo(ResponseParameters.DEFAULTS);
  }

  @Test
  void unknownFieldsOfTheRequestAreNotEchoed() {
    ResponseParameters parameters = ChatParameters.of(object("{\"seed\":1,\"id\":\"x\"}"));

    assertThat(parameters.values().members().keySet())
        .isEqualTo(ResponseParameters.DEFAULTS.values().members().keySet());
  }

  private static JsonObject object(String json) {
    return Json.objectOrEmpty(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(@Nullable JsonValue value) {
    return new String(Json.write(Objects.requireNonNull(value)), StandardCharsets.UTF_8);
  }
}
