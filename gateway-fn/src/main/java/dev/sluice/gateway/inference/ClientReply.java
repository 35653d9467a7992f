package dev.sluice.gateway.inference;

import dev.sluice.gateway.http.Reply;
import java.io.IOException;
import java.util.Map;

/// A reply to a client that may leave: from then on everything written to it is dropped, because
/// the answer is recorded to its end all the same. It also counts what was sent. For use by one
/// thread.
final class ClientReply {

  private final Reply reply;
  private boolean isGone;
  private int status;
  private long bytes;

  ClientReply(Reply reply) {
    this.reply = reply;
  }

  void start(int startStatus, Map<String, String> headers) {
    status = startStatus;
    try {
      reply.start(startStatus, headers);
    } catch (IOException _) {
      isGone = true; // The call goes on and its record says so.
    }
  }

  void write(byte[] chunk) {
    if (isGone) {
      return;
    }
    try {
      reply.write(chunk);
      bytes += chunk.length;
    } catch (IOException _) {
      isGone = true; // The call goes on and its record says so.
    }
  }

  boolean isStarted() {
    return reply.isStarted();
  }

  /// True when the client left before its answer ended.
  boolean isGone() {
    return isGone;
  }

  /// 0 before the start.
  int status() {
    return status;
  }

  long bytes() {
    return bytes;
  }
}
