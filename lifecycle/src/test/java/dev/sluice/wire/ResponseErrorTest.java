package dev.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.FailureReason;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class ResponseErrorTest {

  private static final String BODY = "{\"error\":{\"message\":\"upstream says\",\"code\":42}}";

  @ParameterizedTest
  @CsvSource({
    "400, invalid_prompt, true",
    "404, invalid_prompt, true",
    "413, invalid_prompt, true",
    "422, invalid_prompt, true",
    "429, rate_limit_exceeded, true",
    "401, server_error, false",
    "402, server_error, false",
    "403, server_error, false",
    "451, server_error, false",
    "408, server_error, false",
    "500, server_error, true",
    "503, server_error, true",
    "302, server_error, false"
  })
  void aStatusShowsWhatTheCallerMayKnow(int status, String code, boolean shown) {
    ResponseError error = ResponseError.of(FailureReason.ofStatus(status, BODY));

    assertThat(error.code()).isEqualTo(code);
    assertThat(error.message().contains("upstream says")).isEqualTo(shown);
  }

  @Test
  void theUpstreamsOwnWordIsKeptWhereTheCallerCanActOnIt() {
    String body = "{\"error\":{\"message\":\"Too long\",\"code\":\"context_length_exceeded\"}}";

    ResponseError error = ResponseError.of(FailureReason.ofStatus(400, body));

    assertThat(error).isEqualTo(new ResponseError("context_length_exceeded", "Too long"));
  }

  static Stream<FailureReason> reasonsWithoutAStatus() {
    return Stream.of(
        new FailureReason.NetworkError("reset", "10.0.0.5 reset"),
        new FailureReason.TimedOut("idle"),
        new FailureReason.TruncatedStream(),
        new FailureReason.WorkerLost(),
        new FailureReason.GatewayLost(),
        new FailureReason.DeadlineExceeded(),
        new FailureReason.CallLost("task"),
        new FailureReason.ClientDisconnected());
  }

  @ParameterizedTest
  @MethodSource("reasonsWithoutAStatus")
  void everyOtherReasonIsOneSentenceOfOurs(FailureReason reason) {
    ResponseError error = ResponseError.of(reason);

    assertThat(error.code()).isEqualTo("server_error");
    assertThat(error.message()).endsWith(".").doesNotContain("10.0.0.5");
  }

  @Test
  void aRejectionKeepsItsSentence() {
    ResponseError error = ResponseError.of(new FailureReason.RequestRejected("No."));

    assertThat(error).isEqualTo(new ResponseError("invalid_prompt", "No."));
  }
}
