package dev.sluice.upstream;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The bytes of one body, freed of how HTTP frames them.
interface BodySource {

  /// The next bytes, never empty; null at the end of the body.
  ///
  /// @throws java.net.SocketTimeoutException when none arrived within the limit; may be repeated
  /// @throws IOException when the rest will never come
  byte @Nullable [] next(Duration limit) throws IOException;

  /// A body whose length the head tells.
  final class Sized implements BodySource {

    private final ConnectionInput input;
    private long left;

    Sized(ConnectionInput input, long length) {
      this.input = input;
      this.left = length;
    }

    @Override
    public byte @Nullable [] next(Duration limit) throws IOException {
      if (left == 0) {
        return null;
      }
      input.limitTo(limit);
      byte[] bytes = someOf(input, left);
      left -= bytes.length;
      return bytes;
    }
  }

  /// A body that ends with its connection.
  final class UntilClosed implements BodySource {

    private final ConnectionInput input;

    UntilClosed(ConnectionInput input) {
      this.input = input;
    }

    @Override
    public byte @Nullable [] next(Duration limit) throws IOException {
      input.limitTo(limit);
      byte[] bytes = input.some(Long.MAX_VALUE);
      return bytes.length == 0 ? null : bytes;
    }
  }

  /// A body in chunks (RFC 9112, section 7.1). Extensions and trailers mean nothing to us. Only CR
  /// LF ends a line: after anything else two readers may disagree about where a chunk begins.
  final class Chunked implements BodySource {

    private static final int MAX_LINE_BYTES = 8 * 1024;
    private static final int MAX_TRAILERS = 100;

    private final ConnectionInput input;
    private Part part = Part.SIZE;
    private long left;
    private int trailers;

    private enum Part {
      SIZE,
      DATA,
      END_OF_DATA,
      TRAILERS,
      DONE
    }

    Chunked(ConnectionInput input) {
      this.input = input;
    }

    @Override
    public byte @Nullable [] next(Duration limit) throws IOException {
      input.limitTo(limit);
      while (part != Part.DATA) {
        if (part == Part.DONE) {
          return null;
        }
        part = afterLine();
      }
      byte[] bytes = someOf(input, left);
      left -= bytes.length;
      if (left == 0) {
        part = Part.END_OF_DATA;
      }
      return bytes;
    }

    private Part afterLine() throws IOException {
      String line = input.strictLine(MAX_LINE_BYTES);
      return switch (part) {
        case SIZE -> {
          left = size(line);
          yield left > 0 ? Part.DATA : Part.TRAILERS;
        }
        case END_OF_DATA -> {
          if (!line.isEmpty()) {
            throw new ProtocolException("A chunk is longer than its size");
          }
          yield Part.SIZE;
        }
        case TRAILERS -> {
          if (++trailers > MAX_TRAILERS) {
            throw new ProtocolException("Too many trailers");
          }
          yield line.isEmpty() ? Part.DONE : Part.TRAILERS;
        }
        case DATA, DONE -> throw new IllegalStateException("No line is read in " + part);
      };
    }

    private static long size(String line) throws ProtocolException {
      int extension = line.indexOf(';');
      String digits = (extension < 0 ? line : line.substring(0, extension)).stripTrailing();
      boolean isNumber =
          digits.length() <= 15
              && digits.chars().allMatch(digit -> Character.digit(digit, 16) >= 0);
      if (digits.isEmpty() || !isNumber) {
        throw new ProtocolException("A chunk has no size");
      }
      return Long.parseLong(digits, 16);
    }
  }

  private static byte[] someOf(ConnectionInput input, long left) throws IOException {
    byte[] bytes = input.some(left);
    if (bytes.length == 0) {
      throw new EOFException("The connection ended in mid-body");
    }
    return bytes;
  }
}
