package dev.sluice.gateway.inference;

import dev.sluice.gateway.http.Reply;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/// An answer in the form of Lambda's response streaming for API Gateway: a JSON prelude with status
/// and headers, eight NUL bytes, and the body as it comes. Every write is flushed.
final class StreamingReply implements Reply {

  /// AWS, "Lambda response streaming": it ends the prelude.
  private static final byte[] DELIMITER = new byte[8];

  private final OutputStream out;
  private boolean isStarted;

  StreamingReply(OutputStream out) {
    this.out = out;
  }

  @Override
  public void start(int status, Map<String, String> headers) throws IOException {
    if (isStarted) {
      throw new IllegalStateException("The answer has been started before");
    }
    isStarted = true;
    JsonObject.Builder named = JsonObject.builder();
    headers.forEach(named::put);
    byte[] prelude =
        Json.writeAscii(
            JsonObject.builder().put("statusCode", status).put("headers", named.build()).build());
    out.write(prelude);
    out.write(DELIMITER);
    out.flush();
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  @Override
  public boolean isStarted() {
    return isStarted;
  }
}
