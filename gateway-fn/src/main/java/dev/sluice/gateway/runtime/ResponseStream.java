package dev.sluice.gateway.runtime;

import dev.sluice.request.Deadline;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The answer to one invocation, sent while it is written: each flush is one chunk and, the first
/// one with the request's head, one write on a connection without delay.
///
/// A write throws an [IOException] once the Runtime API has gone, and all later ones do. Closing
/// does nothing: how the answer ends is for the loop to say, with [#complete] or [#fail]. For use
/// by one thread.
final class ResponseStream extends OutputStream {

  /// So much is gathered between two flushes; what is longer is sent as it is.
  private static final int BUFFER_BYTES = 16 * 1024;

  private static final byte[] LAST_CHUNK = "0\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LINE_END = "\r\n".getBytes(StandardCharsets.US_ASCII);

  /// The Runtime API takes the end of an answer even when its time is over.
  private static final Duration LEAST_PATIENCE = Duration.ofSeconds(1);

  private final Connecting connecting;
  private final byte[] head;
  private final Deadline deadline;
  private final byte[] pending = new byte[BUFFER_BYTES];
  private int length;
  private @Nullable RuntimeConnection connection;
  private @Nullable IOException broken;
  private boolean ended;

  /// Opens the connection of this answer.
  @FunctionalInterface
  interface Connecting {
    RuntimeConnection open() throws IOException;
  }

  ResponseStream(Connecting connecting, byte[] head, Deadline deadline) {
    this.connecting = connecting;
    this.head = head;
    this.deadline = deadline;
  }

  /// True when the Runtime API may have seen the beginning of it.
  boolean isBegun() {
    return connection != null || broken != null;
  }

  /// Why the answer cannot be continued, or null.
  @Nullable IOException broken() {
    return broken;
  }

  @Override
  public void write(int single) throws IOException {
    write(new byte[] {(byte) single}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    if (length + count > BUFFER_BYTES) {
      chunk(bytes, offset, count);
    } else {
      requireSound();
      System.arraycopy(bytes, offset, pending, length, count);
      length += count;
    }
  }

  @Override
  public void flush() throws IOException {
    if (length > 0) {
      chunk(LINE_END, 0, 0);
    }
  }

  /// Sends what is pending and these bytes as one chunk.
  private void chunk(byte[] bytes, int offset, int count) throws IOException {
    byte[] size =
        (Integer.toHexString(length + count) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] before = connection == null ? join(head, size) : size;
    byte[] first = join(before, Arrays.copyOf(pending, length));
    length = 0;
    if (count > BUFFER_BYTES) {
      send(first);
      send(bytes, offset, count);
      send(LINE_END);
    } else {
      send(join(first, Arrays.copyOfRange(bytes, offset, offset + count), LINE_END));
    }
  }

  private static byte[] join(byte[]... parts) {
    int total = 0;
    for (byte[] part : parts) {
      total += part.length;
    }
    byte[] joined = new byte[total];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, joined, at, part.length);
      at += part.length;
    }
    return joined;
  }

  private void send(byte[] bytes) throws IOException {
    send(bytes, 0, bytes.length);
  }

  private void send(byte[] bytes, int offset, int count) throws IOException {
    requireSound();
    try {
      opened().write(bytes, offset, count);
    } catch (IOException e) {
      broken = e;
      release();
      throw e;
    }
  }

  private void requireSound() throws IOException {
    IOException cause = broken;
    if (cause != null) {
      throw new IOException("The answer was broken off before", cause);
    }
    if (ended) {
      throw new IOException("The answer has ended");
    }
  }

  private RuntimeConnection opened() throws IOException {
    RuntimeConnection open = connection;
    if (open == null) {
      open = connecting.open();
      connection = open;
    }
    return open;
  }

  /// Ends the answer: Lambda has it, whole.
  ///
  /// @throws IOException when that is not sure
  void complete() throws IOException {
    flush();
    end(LINE_END);
  }

  /// Ends an answer that has begun with an error behind it.
  ///
  /// @throws IOException when nobody hears it
  void fail(RuntimeError error) throws IOException {
    flush();
    end(join(error.trailers(), LINE_END));
  }

  private void end(byte[] trailers) throws IOException {
    byte[] last = join(LAST_CHUNK, trailers);
    send(connection == null ? join(head, last) : last);
    ended = true;
    try {
      Duration left = deadline.remaining();
      int status =
          opened().read(left.compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : left).status();
      if (status != 202) {
        throw new IOException("The Runtime API refused the answer: " + status);
      }
    } catch (IOException e) {
      broken = e;
      throw e;
    } finally {
      release();
    }
  }

  private void release() {
    RuntimeConnection open = connection;
    if (open != null) {
      open.close();
    }
  }
}
