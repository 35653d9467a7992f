package dev.sluice.completion;

import dev.sluice.request.StoredBody;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/// A body inside a record: the bytes themselves, or where they lie when the record would not fit
/// the queue.
public sealed interface RecordBody {

  /// `gzip` or `identity`.
  String encoding();

  String contentType();

  /// The number of bytes once decoded.
  long length();

  /// Lower-case hex of the SHA-256 of the decoded bytes.
  String sha256();

  /// @param bytes the encoded bytes; the array is shared and must not be changed
  @SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares bodies by value
  record Inline(byte[] bytes, String encoding, String contentType, long length, String sha256)
      implements RecordBody {

    /// The same body as a row of its own.
    public StoredBody stored() {
      return new StoredBody(bytes, encoding, contentType, length, sha256);
    }

    /// The same body, kept elsewhere under this name.
    public Elsewhere movedTo(String object) {
      return new Elsewhere(object, encoding, contentType, length, sha256);
    }
  }

  /// @param object the name of the object in the [ObjectStore], which holds the encoded bytes
  record Elsewhere(String object, String encoding, String contentType, long length, String sha256)
      implements RecordBody {}

  /// Compresses a body for its record.
  static Inline gzip(byte[] body, String contentType) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(Math.max(64, body.length / 3));
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException("Compressing in memory failed", e);
    }
    return new Inline(out.toByteArray(), "gzip", contentType, body.length, sha256(body));
  }

  /// Lower-case hex of the SHA-256 of these bytes.
  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This JDK has no SHA-256", e);
    }
  }
}
