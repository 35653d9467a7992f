package dev.sluice.completion.fn;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A queue message as the event has it; any part of it may be missing.
///
/// @param receiveCount deliveries so far, this one included; 1 when the event does not say
record Message(@Nullable String id, String body, int receiveCount) {

  private static final String RECEIVE_COUNT = "ApproximateReceiveCount";

  static Message of(SQSMessage message) {
    @Nullable String body = message.getBody();
    return new Message(message.getMessageId(), body == null ? "" : body, receiveCount(message));
  }

  private static int receiveCount(SQSMessage message) {
    @Nullable Map<String, String> attributes = message.getAttributes();
    @Nullable String count = attributes == null ? null : attributes.get(RECEIVE_COUNT);
    return count != null && count.matches("[0-9]{1,9}") ? Math.max(1, Integer.parseInt(count)) : 1;
  }
}
