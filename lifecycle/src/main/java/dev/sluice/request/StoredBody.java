package dev.sluice.request;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;

/// A body as it lies in the database.
///
/// @param bytes the stored bytes, in `encoding`; the array is shared and must not be changed
/// @param encoding `gzip` or `identity`
/// @param length the number of bytes once decoded
/// @param sha256 lower-case hex of the SHA-256 of the decoded bytes
@SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares bodies by value
public record StoredBody(
    byte[] bytes, String encoding, String contentType, long length, String sha256) {

  /// The body as it travelled. A body whose encoding is unknown or broken is a fault of the store.
  public byte[] decoded() {
    return switch (encoding) {
      case "identity" -> bytes;
      case "gzip" -> gunzip(bytes);
      default -> throw new IllegalStateException("Unknown body encoding: " + encoding);
    };
  }

  private static byte[] gunzip(byte[] bytes) {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("A stored body is not gzip", e);
    }
  }
}
