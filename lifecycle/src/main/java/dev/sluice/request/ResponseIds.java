package dev.sluice.request;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Makes response ids and tells whether an id can belong to an account.
///
/// The low 32 bits of an id are the first 32 bits of HMAC-SHA-256(id key, account id ‖ the other 96
/// bits), so that a gateway can refuse a foreign id that has no row yet without a query. The tag is
/// a filter, not an authorisation: every read also names the account. Safe for use by several
/// threads.
public final class ResponseIds {

  private static final String ALGORITHM = "HmacSHA256";

  private final Supplier<SecretKeySpec> key;
  private final InstantSource clock;
  private final SecureRandom random;

  /// @param key the secret of the deployment, at least 32 bytes, the same in every function
  public ResponseIds(byte[] key, InstantSource clock, SecureRandom random) {
    SecretKeySpec made = key(key);
    this(() -> made, clock, random);
  }

  /// @param key asked at each use; what it throws ends the use
  public ResponseIds(Supplier<SecretKeySpec> key, InstantSource clock, SecureRandom random) {
    this.key = key;
    this.clock = clock;
    this.random = random;
  }

  /// The key of these bytes.
  ///
  /// @throws IllegalArgumentException when there are fewer than 32
  public static SecretKeySpec key(byte[] bytes) {
    if (bytes.length < 32) {
      throw new IllegalArgumentException(
          "The id key has " + bytes.length + " bytes, at least 32 are needed");
    }
    return new SecretKeySpec(bytes, ALGORITHM);
  }

  /// A new id: 48 bits of milliseconds, version 7, 42 random bits, 32 bits of tag.
  public ResponseId next(UUID accountId) {
    long high = (clock.millis() << 16) | 0x7000L | (random.nextInt() & 0x0FFFL);
    int middle = (random.nextInt() & 0x3FFFFFFF) | 0x80000000;
    return new ResponseId(new UUID(high, withTag(accountId, high, middle)));
  }

  /// True when this account could have made the id; false for nearly all (all but 1 in 2³²) ids of
  /// others.
  public boolean canBelongTo(UUID accountId, ResponseId id) {
    long high = id.uuid().getMostSignificantBits();
    long low = id.uuid().getLeastSignificantBits();
    return id.uuid().version() == 7 && withTag(accountId, high, (int) (low >>> 32)) == low;
  }

  private long withTag(UUID accountId, long high, int middle) {
    ByteBuffer input =
        ByteBuffer.allocate(28)
            .putLong(accountId.getMostSignificantBits())
            .putLong(accountId.getLeastSignificantBits())
            .putLong(high)
            .putInt(middle);
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key.get());
      int tag = ByteBuffer.wrap(mac.doFinal(input.array())).getInt();
      return ((long) middle << 32) | (tag & 0xFFFFFFFFL);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JDK has no " + ALGORITHM, e);
    }
  }
}
