package dev.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.request.FailureReason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FailureJsonTest {

  static Stream<FailureReason> reasons() {
    return Stream.of(
        new FailureReason.RetriableStatus(503, "{\"error\":\"x\"}"),
        new FailureReason.NonRetriableStatus(400, ""),
        new FailureReason.NetworkError("reset", "The connection broke."),
        new FailureReason.TimedOut("first_byte"),
        new FailureReason.TruncatedStream(),
        new FailureReason.WorkerLost(),
        new FailureReason.GatewayLost(),
        new FailureReason.DeadlineExceeded(),
        new FailureReason.RequestRejected("No."),
        new FailureReason.CallLost("Interrupted."),
        new FailureReason.ClientDisconnected());
  }

  @ParameterizedTest
  @MethodSource("reasons")
  void everyReasonIsReadAsItWasWritten(FailureReason reason) {
    byte[] written = Json.write(FailureJson.write(reason));

    assertThat(FailureJson.read(Json.objectOrEmpty(written))).isEqualTo(reason);
    assertThat(Json.objectOrEmpty(written).text("type")).contains(reason.label());
  }

  /// As rows keep them: in ASCII.
  @ParameterizedTest
  @ValueSource(strings = {"", "\0", "\"\\\n\u2028", "\u00fc\ud83d\ude00", "cut \ud800"})
  void textOfAnyKindSurvives(String text) {
    for (FailureReason reason :
        List.of(
            new FailureReason.RetriableStatus(500, text),
            new FailureReason.NonRetriableStatus(404, text),
            new FailureReason.NetworkError(text, text),
            new FailureReason.TimedOut(text),
            new FailureReason.RequestRejected(text),
            new FailureReason.CallLost(text))) {
      byte[] written = Json.writeAscii(FailureJson.write(reason));

      assertThat(written)
          .isEqualTo(
              new String(written, StandardCharsets.US_ASCII).getBytes(StandardCharsets.UTF_8));
      assertThat(FailureJson.read(Json.objectOrEmpty(written))).isEqualTo(reason);
    }
  }

  @Test
  void everyReasonIsCoveredAndEveryLabelIsItsOwn() {
    assertThat(reasons().<Class<?>>map(FailureReason::getClass))
        .containsExactlyInAnyOrder(FailureReason.class.getPermittedSubclasses());
    assertThat(reasons().map(FailureReason::label))
        .doesNotHaveDuplicates()
        .allMatch(label -> label.matches("[a-z_]+"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"type\":\"something_new\"}",
        "{\"type\":null}",
        "{\"type\":\"retriable_status\"}",
        "{\"type\":\"non_retriable_status\",\"status\":\"400\"}"
      })
  void whatIsUnknownIsAFaultAndNeverAGuess(String json) {
    assertThatThrownBy(
            () -> FailureJson.read(Json.objectOrEmpty(json.getBytes(StandardCharsets.UTF_8))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
