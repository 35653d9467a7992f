package dev.sluice.emulators;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.MessageAttribute;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/// SQS messages in the form that a function gets them in.
final class SqsEvents {

  /// What the names, braces and fixed fields of one record take in the event's JSON, about.
  private static final int RECORD_FRAME_BYTES = 600;

  private SqsEvents() {}

  static SQSEvent event(List<Message> messages, String queueArn) {
    SQSEvent event = new SQSEvent();
    event.setRecords(messages.stream().map(message -> record(message, queueArn)).toList());
    return event;
  }

  private static SQSMessage record(Message message, String queueArn) {
    SQSMessage record = new SQSMessage();
    record.setMessageId(message.messageId());
    record.setReceiptHandle(message.receiptHandle());
    record.setBody(message.body());
    record.setMd5OfBody(message.md5OfBody());
    record.setMd5OfMessageAttributes(message.md5OfMessageAttributes());
    record.setEventSource("aws:sqs");
    record.setEventSourceArn(queueArn);
    record.setAwsRegion(LambdaContext.REGION);
    record.setAttributes(new HashMap<>(message.attributesAsStrings()));
    Map<String, MessageAttribute> attributes = new HashMap<>();
    message.messageAttributes().forEach((name, value) -> attributes.put(name, attribute(value)));
    record.setMessageAttributes(attributes);
    return record;
  }

  private static MessageAttribute attribute(MessageAttributeValue value) {
    MessageAttribute attribute = new MessageAttribute();
    attribute.setDataType(value.dataType());
    attribute.setStringValue(value.stringValue());
    SdkBytes binary = value.binaryValue();
    if (binary != null) {
      attribute.setBinaryValue(binary.asByteBuffer());
    }
    attribute.setStringListValues(List.of());
    attribute.setBinaryListValues(List.of());
    return attribute;
  }

  /// About how many bytes a message takes in the JSON of an event.
  static long eventBytes(Message message) {
    long bytes = RECORD_FRAME_BYTES + jsonBytes(message.body());
    bytes += message.receiptHandle().length();
    for (var attribute : message.messageAttributes().entrySet()) {
      bytes += attribute.getKey().length() + 100;
      String text = attribute.getValue().stringValue();
      SdkBytes binary = attribute.getValue().binaryValue();
      bytes += text == null ? 0 : jsonBytes(text);
      bytes += binary == null ? 0 : binary.asByteArrayUnsafe().length * 4L / 3;
    }
    return bytes;
  }

  private static long jsonBytes(String text) {
    return new String(JsonStringEncoder.getInstance().quoteAsString(text))
        .getBytes(StandardCharsets.UTF_8)
        .length;
  }
}
