package dev.sluice.emulators;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/// A batch function on the other side of JSON.
final class BatchFunctionTest {

  private static final LambdaContext CONTEXT =
      LambdaContext.starting("completion", "request", null, Duration.ofSeconds(60));

  private static final SQSEvent EVENT =
      SqsEvents.event(
          List.of(
              Message.builder()
                  .messageId("m-1")
                  .receiptHandle("r-1")
                  .body("{\"é\":1}")
                  .md5OfBody("md5")
                  .attributes(Map.of(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "3"))
                  .messageAttributes(
                      Map.of(
                          "text",
                          MessageAttributeValue.builder()
                              .dataType("String")
                              .stringValue("v")
                              .build(),
                          "bytes",
                          MessageAttributeValue.builder()
                              .dataType("Binary")
                              .binaryValue(SdkBytes.fromByteArray(new byte[] {1, 2}))
                              .build()))
                  .build()),
          "arn:aws:sqs:r:a:q");

  @Test
  void theEventArrivesWhole() throws IOException {
    AtomicReference<SQSEvent> seen = new AtomicReference<>();
    BatchFunction function =
        BatchFunction.ofBytes(
            new PojoFunction<SQSEvent, SQSBatchResponse>(
                (event, _) -> {
                  seen.set(event);
                  return new SQSBatchResponse(
                      List.of(new SQSBatchResponse.BatchItemFailure("m-1")));
                },
                SQSEvent.class,
                SQSBatchResponse.class));

    SQSBatchResponse response = Objects.requireNonNull(function.handle(EVENT, CONTEXT));

    assertThat(response.getBatchItemFailures())
        .extracting(SQSBatchResponse.BatchItemFailure::getItemIdentifier)
        .containsExactly("m-1");
    SQSEvent.SQSMessage record = seen.get().getRecords().getFirst();
    assertThat(record.getMessageId()).isEqualTo("m-1");
    assertThat(record.getReceiptHandle()).isEqualTo("r-1");
    assertThat(record.getBody()).isEqualTo("{\"é\":1}");
    assertThat(record.getMd5OfBody()).isEqualTo("md5");
    assertThat(record.getEventSourceArn()).isEqualTo("arn:aws:sqs:r:a:q");
    assertThat(record.getAttributes()).isEqualTo(Map.of("ApproximateReceiveCount", "3"));
    assertThat(record.getMessageAttributes().values())
        .extracting(attribute -> attribute.getStringValue())
        .containsExactlyInAnyOrder("v", null);
    assertThat(record.getMessageAttributes().values())
        .extracting(attribute -> attribute.getBinaryValue())
        .containsExactlyInAnyOrder(ByteBuffer.wrap(new byte[] {1, 2}), null);
  }

  @Test
  void noAnswerIsNoFailure() throws IOException {
    assertThat(answering("").handle(EVENT, CONTEXT)).isNull();
    assertThat(answering("null").handle(EVENT, CONTEXT)).isNull();
    @Nullable SQSBatchResponse none =
        answering("{\"batchItemFailures\":[]}").handle(EVENT, CONTEXT);
    assertThat(Objects.requireNonNull(none).getBatchItemFailures()).isEmpty();
  }

  @Test
  void aFailureOfTheFunctionIsOneOfTheBatch() {
    BatchFunction broken =
        BatchFunction.ofBytes((_, _, _) -> {
          throw new IOException("its process died");
        });

    assertThatThrownBy(() -> broken.handle(EVENT, CONTEXT)).hasMessage("its process died");
  }

  private static BatchFunction answering(String json) {
    return BatchFunction.ofBytes((_, answer, _) -> answer.write(json.getBytes(UTF_8)));
  }
}
