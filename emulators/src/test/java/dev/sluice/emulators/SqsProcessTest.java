package dev.sluice.emulators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.sqs.model.Message;

final class SqsProcessTest {

  @Test
  void aStoppedServerAcceptsAndDoesNotAnswerUntilItIsContinued() {
    try (SqsProcess server = SqsProcess.start();
        SqsQueues queues = SqsQueues.create(server.endpoint(), SqsQueues.Settings.TEST)) {
      send(queues, "before", Duration.ofSeconds(20));

      server.stop();
      assertThatThrownBy(() -> send(queues, "meanwhile", Duration.ofMillis(300)))
          .isInstanceOf(ApiCallTimeoutException.class);
      server.resume();
      send(queues, "after", Duration.ofSeconds(20));

      // What a client took for lost may have been sent all the same.
      assertThat(queues.receive(queues.completions(), 10, 0))
          .extracting(Message::body)
          .contains("before", "after")
          .isSubsetOf("before", "meanwhile", "after");
    }
  }

  @Test
  void aStoppedServerCanBeClosed() {
    SqsProcess server = SqsProcess.start();
    server.stop();

    server.close();

    assertThat(server.process().isAlive()).isFalse();
    assertThatThrownBy(server::resume).isInstanceOf(IllegalStateException.class);
  }

  private static void send(SqsQueues queues, String body, Duration within) {
    var _ =
        queues
            .client()
            .sendMessage(request ->
                request
                    .queueUrl(queues.completions().url())
                    .messageBody(body)
                    .overrideConfiguration(limits -> limits.apiCallTimeout(within)));
  }
}
