package dev.sluice.emulators;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FunctionAnswerTest {

  @Test
  void everyFieldIsRead() throws IOException {
    FunctionAnswer answer =
        parse(
            """
            {"statusCode":201,"headers":{"a":"1","n":7},
             "multiValueHeaders":{"a":["2","3"]},"cookies":["c=1","d=2"],
             "body":"w6k=","isBase64Encoded":true,"other":{"x":[1]}}
            """);

    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.headers())
        .isEqualTo(
            Map.of(
                "a", List.of("2", "3"),
                "n", List.of("7"),
                "set-cookie", List.of("c=1", "d=2")));
    assertThat(new String(answer.body(), UTF_8)).isEqualTo("é");
  }

  @Test
  void whatIsMissingHasADefault() throws IOException {
    FunctionAnswer answer = parse("{\"headers\":null,\"body\":null}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers()).isEmpty();
    assertThat(answer.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{} {}",
        "{\"statusCode\":\"abc\"}",
        "{\"statusCode\":101}",
        "{\"statusCode\":700}",
        "{\"headers\":[]}",
        "{\"headers\":{\"a\":{}}}",
        "{\"body\":{}}",
        "{\"body\":\"%\",\"isBase64Encoded\":true}",
        "{\"isBase64Encoded\":\"yes\"}",
        "{\"cookies\":{}}"
      })
  void anythingElseIsRefused(String json) {
    assertThatThrownBy(() -> parse(json)).isInstanceOf(IOException.class);
  }

  private static FunctionAnswer parse(String json) throws IOException {
    return FunctionAnswer.parse(json.getBytes(UTF_8));
  }
}
