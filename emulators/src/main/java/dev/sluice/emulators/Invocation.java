package dev.sluice.emulators;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One call of a function, as Lambda hands it to the function's runtime.
///
/// @param traceId the X-Ray trace header
/// @param deadline when the function's time is over, by the wall clock
/// @param event JSON; the array is shared and must not be changed
@SuppressWarnings("ArrayRecordComponent") // nobody compares invocations by value
public record Invocation(
    String requestId,
    String functionArn,
    @Nullable String traceId,
    Instant deadline,
    byte[] event) {

  public Invocation {
    if (requestId.isBlank() || requestId.contains("/")) {
      throw new IllegalArgumentException("Not a request id: " + requestId);
    }
    if (event.length > RuntimeApi.PAYLOAD_LIMIT_BYTES) {
      throw new IllegalArgumentException("An event of " + event.length + " bytes");
    }
  }
}
