package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Usage;
import dev.sluice.wire.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HiddenErrorTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"error":{"message":"m","code":429}}                        | 429
          {"error":{"message":"m","code":"503"}}                      | 503
          {"error":{"message":"m","status":400}}                      | 400
          {"error":{"message":"m","type":"invalid_request_error"}}    | 400
          {"error":{"message":"m","code":"insufficient_quota"}}       | 429
          {"error":{"message":"m","code":"invalid_prompt"}}           | 400
          {"error":{"message":"m","code":200}}                        | 502
          {"error":{"message":"m"}}                                   | 502
          {"error":"overloaded","code":503}                           | 503
          {"error":"overloaded"}                                      | 502
          {"object":"error","message":"m","code":404}                 | 404
          {"error":null,"choices":[]}                                 | 0
          {"error":false,"choices":[]}                                | 0
          {"error":"","choices":[]}                                   | 0
          {"choices":[]}                                              | 0
          """)
  void theStatusIsReadWhereServersPutIt(String json, int expected) {
    int status =
        HiddenError.statusOf(Json.objectOrEmpty(json.getBytes(StandardCharsets.UTF_8))).orElse(0);

    assertThat(status).isEqualTo(expected);
  }

  @Test
  void usageCountsThatMakeNoSenseAreZero() {
    byte[] answer =
        """
        {"usage":{"prompt_tokens":-3,"completion_tokens":"many","prompt_tokens_details":null,
        "completion_tokens_details":{"reasoning_tokens":1.5}}}
        """
            .getBytes(StandardCharsets.UTF_8);

    assertThat(UsageCounts.ofChat(Json.objectOrEmpty(answer))).contains(Usage.NONE);
    assertThat(
            UsageCounts.ofChat(
                Json.objectOrEmpty("{\"usage\":null}".getBytes(StandardCharsets.UTF_8))))
        .isEmpty();
  }
}
