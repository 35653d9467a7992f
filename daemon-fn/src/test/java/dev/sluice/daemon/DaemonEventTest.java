package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.daemon.DaemonEvent.Tick;
import dev.sluice.daemon.DaemonEvent.UnknownEventException;
import dev.sluice.daemon.DaemonEvent.Wake;
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

  /// As Lambda hands messages of a queue over (AWS documentation, "Using Lambda with Amazon SQS").
  static final String WAKE =
      """
      {"Records":[{"messageId":"059f36b4","receiptHandle":"AQEB","body":"wake","attributes":{},
        "messageAttributes":{},"md5OfBody":"e4e6","eventSource":"aws:sqs","awsRegion":"eu-central-1",
        "eventSourceARN":"arn:aws:sqs:eu-central-1:123456789012:wake"}]}
      """;

  @Test
  void messagesOfAQueueAreAWake() {
    assertThat(read(WAKE)).isEqualTo(new Wake(1));
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
          {"Records":[]}                                            | 1 other members
          {"Records":[{"eventSource":"aws:sqs"},{"eventSource":"aws:s3"}]} | 1 other members
          {"Records":["aws:sqs"]}                                   | 1 other members
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
