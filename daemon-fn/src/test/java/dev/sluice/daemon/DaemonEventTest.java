package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.daemon.DaemonEvent.Tick;
import dev.sluice.daemon.DaemonEvent.UnknownEventException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DaemonEventTest {

  /// As published by users of EventBridge Scheduler, with other ids.
  static final String TICK =
      """
      {
        "version": "0",
        "id": "d565d36f-a484-46ac-8ca8-3b4eb3ee8e5a",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "123456789012",
        "time": "2026-11-21T12:00:00Z",
        "region": "eu-central-1",
        "resources": ["arn:aws:scheduler:eu-central-1:123456789012:schedule/default/tick"],
        "detail": "{}"
      }
      """;

  @Test
  void theEventOfAScheduleIsATick() {
    assertThat(read(TICK)).isEqualTo(new Tick("d565d36f-a484-46ac-8ca8-3b4eb3ee8e5a"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                                                        | not JSON. The body is empty
          {                                                         | not JSON.
          []                                                        | array, not an object
          {}                                                        | source '' and the detail-type ''
          {"Records":[{"body":"a prompt"}]}                         | 1 other members
          {"source":"aws.events","detail-type":"Scheduled Event"}   | source 'aws.events'
          {"source":"aws.scheduler","detail-type":"Else"}           | detail-type 'Else'
          {"source":"a prompt, with words!"}                        | source '(not a word)'
          """)
  void anyOtherEventIsToldApart(String event, String message) {
    assertThatThrownBy(() -> read(event))
        .isInstanceOf(UnknownEventException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("prompt");
  }

  private static DaemonEvent read(String event) {
    return DaemonEvent.read(event.getBytes(StandardCharsets.UTF_8));
  }
}
