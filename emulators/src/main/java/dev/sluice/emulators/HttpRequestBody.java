package dev.sluice.emulators;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The body of one HTTP/1.1 request, read as it comes. For use by one thread.
final class HttpRequestBody {

  /// How a body without chunks is cut.
  private static final int PIECE_BYTES = 64 * 1024;

  private final HttpRequestReader reader;
  private final boolean chunked;
  private int left;
  private boolean over;
  private Map<String, List<String>> trailers = Map.of();

  private HttpRequestBody(HttpRequestReader reader, boolean chunked, int length) {
    this.reader = reader;
    this.chunked = chunked;
    this.left = length;
  }

  static HttpRequestBody chunked(HttpRequestReader reader) {
    return new HttpRequestBody(reader, true, 0);
  }

  static HttpRequestBody ofLength(HttpRequestReader reader, int length) {
    return new HttpRequestBody(reader, false, length);
  }

  /// The next chunk, as the client cut it, or the next piece of a body without chunks; null at the
  /// end, as often as it is asked.
  byte @Nullable [] next() throws IOException {
    if (over) {
      return null;
    }
    byte[] piece = chunked ? chunk() : reader.exactly(Math.min(left, PIECE_BYTES));
    left -= chunked ? 0 : piece.length;
    over = piece.length == 0;
    return over ? null : piece;
  }

  private byte[] chunk() throws IOException {
    int size = Integer.parseInt(reader.mandatoryLine().strip(), 16);
    if (size == 0) {
      trailers = reader.fields();
      return new byte[0];
    }
    byte[] bytes = reader.exactly(size);
    String _ = reader.mandatoryLine();
    return bytes;
  }

  byte[] readAll() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] piece = next();
    while (piece != null) {
      all.write(piece);
      piece = next();
    }
    return all.toByteArray();
  }

  /// Reads what is left and forgets it.
  void drain() throws IOException {
    while (next() != null) {
      // Only the place after it matters.
    }
  }

  /// The first value of a trailer; none before the end was read.
  Optional<String> trailer(String lowerCaseName) {
    return trailers.getOrDefault(lowerCaseName, List.of()).stream().findFirst();
  }
}
