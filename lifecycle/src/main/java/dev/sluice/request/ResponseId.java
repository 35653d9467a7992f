package dev.sluice.request;

import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/// The id of a response: a UUIDv7 (RFC 9562, 5.7) whose low 32 bits are a tag of the account that
/// owns it.
///
/// In public it is `resp_` followed by the lower-case UUID.
public record ResponseId(UUID uuid) implements Comparable<ResponseId> {

  private static final String PREFIX = "resp_";
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  public ResponseId {
    Objects.requireNonNull(uuid, "uuid");
  }

  /// Reads an id with or without `resp_`, as a canonical lower-case UUID. Anything else is empty:
  /// for a client the id of an object that does not exist.
  public static Optional<ResponseId> parse(String text) {
    String bare = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
    return bare.length() == 36 && UUID_TEXT.matcher(bare).matches()
        ? Optional.of(new ResponseId(UUID.fromString(bare)))
        : Optional.empty();
  }

  /// The public form.
  public String text() {
    return PREFIX + uuid;
  }

  /// Milliseconds since the epoch at which the id was made, by the clock of its maker.
  public long epochMillis() {
    return uuid.getMostSignificantBits() >>> 16;
  }

  /// The order of PostgreSQL: unsigned, byte by byte.
  @Override
  public int compareTo(ResponseId other) {
    int high =
        Long.compareUnsigned(uuid.getMostSignificantBits(), other.uuid.getMostSignificantBits());
    return high != 0
        ? high
        : Long.compareUnsigned(
            uuid.getLeastSignificantBits(), other.uuid.getLeastSignificantBits());
  }

  @Override
  public String toString() {
    return text();
  }
}
