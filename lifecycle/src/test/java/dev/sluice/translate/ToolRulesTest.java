package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ToolRulesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "auto"                                  | true
          "required"                              | true
          null                                    | true
          "none"                                  | false
          {"type":"function","name":"other"}      | true
          {"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]} | true
          {"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"g"}]} | false
          {"type":"allowed_tools","mode":"auto","tools":[]}                               | false
          """)
  void onlyNoneAndAllowedToolsHideCalls(String choice, boolean isShown) {
    ToolRules rules = ToolRules.of(TestingStreams.object("{\"tool_choice\":" + choice + "}"));

    assertThat(rules.allows("f")).isEqualTo(isShown);
    assertThat(rules.allows(TestingStreams.object("{\"type\":\"function_call\",\"name\":\"f\"}")))
        .isEqualTo(isShown);
    assertThat(rules.allows(TestingStreams.object("{\"type\":\"message\",\"name\":\"f\"}")))
        .isTrue();
  }

  @Test
  void aNameOfAFunctionAndACustomToolIsAFunction() {
    ToolRules rules =
        ToolRules.of(
            TestingStreams.object(
                """
                {"tools":[{"type":"custom","name":"c"},{"type":"custom","name":"both"},
                          {"type":"function","name":"both"},{"type":"function","name":"f"}]}\
                """));

    assertThat(rules.isCustom("c")).isTrue();
    assertThat(rules.isCustom("both")).isFalse();
    assertThat(rules.isCustom("f")).isFalse();
  }
}
