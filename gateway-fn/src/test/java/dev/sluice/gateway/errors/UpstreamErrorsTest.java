package dev.sluice.gateway.errors;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UpstreamErrorsTest {

  private static final String BODY =
      """
      {"error":{"message":"upstream says","type":"x","param":"messages[0]","code":"its_own_word"}}
      """;

  @ParameterizedTest
  @CsvSource({
    "400, 400, invalid_request_error",
    "404, 404, not_found_error",
    "409, 409, invalid_request_error",
    "410, 404, not_found_error",
    "413, 413, invalid_request_error",
    "415, 415, invalid_request_error",
    "418, 418, invalid_request_error",
    "422, 422, invalid_request_error",
    "429, 429, rate_limit_error"
  })
  void whatTheCallerCanCorrectPassesWithTheUpstreamsText(int upstream, int status, String type) {
    GatewayException error = translate(upstream, null);

    assertThat(error.status()).isEqualTo(status);
    assertThat(error.code().type().text()).isEqualTo(type);
    assertThat(error.message()).isEqualTo("upstream says");
    assertThat(error.codeText()).isEqualTo("its_own_word");
    assertThat(error.param()).isEqualTo("messages[0]");
  }

  @ParameterizedTest
  @CsvSource({
    "401, 502",
    "402, 502",
    "403, 502",
    "405, 502",
    "407, 502",
    "451, 502",
    "408, 504",
    "301, 502",
    "304, 502",
    "100, 502"
  })
  void whatConcernsTheOperatorIsToldWithoutTheUpstreamsText(int upstream, int status) {
    GatewayException error = translate(upstream, null);

    assertThat(error.status()).isEqualTo(status);
    assertThat(error.code().type().text()).isEqualTo("upstream_error");
    assertThat(error.message()).doesNotContain("upstream says");
    assertThat(error.codeText()).isEqualTo(error.code().text());
    assertThat(error.param()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "500, 502, upstream_unavailable",
    "502, 502, upstream_unavailable",
    "504, 502, upstream_unavailable",
    "529, 502, upstream_unavailable",
    "599, 502, upstream_unavailable",
    "503, 503, upstream_overloaded"
  })
  void faultsOfTheUpstreamKeepItsMessage(int upstream, int status, String code) {
    GatewayException error = translate(upstream, null);

    assertThat(error.status()).isEqualTo(status);
    assertThat(error.codeText()).isEqualTo(code);
    assertThat(error.message()).isEqualTo("upstream says");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, 1, 1000",
        "0, 0, 0",
        "7, 7, 7000",
        "0.25, 1, 250",
        "60, 60, 60000",
        "61, 60, 60000",
        "999999999, 60, 60000",
        "-5, 1, 1000",
        "soon, 1, 1000",
        "'Fri, 21 Nov 2026 10:00:00 GMT', 1, 1000"
      })
  void theWaitIsPassedOnAndBounded(
      @Nullable String retryAfter, String seconds, String milliseconds) {
    for (int status : new int[] {429, 503}) {
      GatewayException error = translate(status, retryAfter);

      assertThat(error.headers())
          .containsEntry("retry-after", seconds)
          .containsEntry("retry-after-ms", milliseconds);
    }
  }

  @Test
  void anEmptyBodyNamesTheStatus() {
    GatewayException error = UpstreamErrors.toException(400, new byte[0], "", Optional.empty());

    assertThat(error.message()).isEqualTo("The upstream answered 400.");
    assertThat(error.codeText()).isEqualTo("upstream_rejected");
  }

  private static GatewayException translate(int status, @Nullable String retryAfter) {
    return UpstreamErrors.toException(
        status,
        BODY.getBytes(StandardCharsets.UTF_8),
        "application/json",
        Optional.ofNullable(retryAfter));
  }
}
