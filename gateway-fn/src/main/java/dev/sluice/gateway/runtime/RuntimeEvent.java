package dev.sluice.gateway.runtime;

import dev.sluice.gateway.runtime.RuntimeConnection.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/// One invocation as the Runtime API hands it out.
///
/// @param deadlineMillis when the function's time is over, in Unix time
/// @param traceId empty when the invocation has none
/// @param body shared: it has up to 6 MB
@SuppressWarnings("ArrayRecordComponent") // nobody compares events by value
record RuntimeEvent(
    String requestId, long deadlineMillis, String functionArn, String traceId, byte[] body) {

  /// @throws IOException when a header that every invocation has is missing
  static RuntimeEvent of(Answer answer) throws IOException {
    String requestId = answer.header("lambda-runtime-aws-request-id");
    String deadline = answer.header("lambda-runtime-deadline-ms");
    if (!requestId.matches("[0-9A-Za-z_.-]{1,200}") || !deadline.matches("[0-9]{1,18}")) {
      throw new IOException("An invocation without a usable request id or deadline");
    }
    return new RuntimeEvent(
        requestId,
        Long.parseLong(deadline),
        answer.header("lambda-runtime-invoked-function-arn"),
        answer.header("lambda-runtime-trace-id"),
        answer.body());
  }

  /// The body as handlers take it.
  InputStream open() {
    return new Body(body);
  }

  /// Gives the array itself to whom reads all of it: a second copy of 6 MB serves nobody.
  private static final class Body extends ByteArrayInputStream {

    Body(byte[] bytes) {
      super(bytes);
    }

    @Override
    public synchronized byte[] readAllBytes() {
      if (pos > 0) {
        return super.readAllBytes();
      }
      pos = count;
      return buf;
    }
  }
}
