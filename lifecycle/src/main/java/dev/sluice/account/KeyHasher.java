package dev.sluice.account;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Hashes keys with a secret pepper, so that a leaked table alone opens nothing. Safe for use by
/// several threads.
///
/// A key carries 256 random bits, so one HMAC is enough: slow hashes are for passwords.
public final class KeyHasher {

  private static final String ALGORITHM = "HmacSHA256";

  private final Supplier<Peppers> peppers;

  public KeyHasher(Map<Integer, byte[]> peppers) {
    Peppers made = new Peppers(peppers);
    this(() -> made);
  }

  /// @param peppers asked at each use; what it throws ends the use
  public KeyHasher(Supplier<Peppers> peppers) {
    this.peppers = peppers;
  }

  /// The peppers that are in use.
  public static final class Peppers {

    private final TreeMap<Integer, SecretKeySpec> byVersion = new TreeMap<>();

    /// @param byVersion new keys use the newest, old keys the version they were made with
    /// @throws IllegalArgumentException when there is none, or one has fewer than 32 bytes
    public Peppers(Map<Integer, byte[]> byVersion) {
      if (byVersion.isEmpty()) {
        throw new IllegalArgumentException("At least one pepper is needed");
      }
      byVersion.forEach((version, pepper) -> {
        if (pepper.length < 32) {
          throw new IllegalArgumentException("Pepper " + version + " has fewer than 32 bytes");
        }
        this.byVersion.put(version, new SecretKeySpec(pepper, ALGORITHM));
      });
    }
  }

  /// The hash that a new key is stored with.
  ///
  /// @param pepperVersion of the pepper that made it
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Hash(byte[] hmac, int pepperVersion) {}

  /// HMAC-SHA-256 over id ‖ secret with the newest pepper.
  public Hash hash(KeySecret key) {
    Map.Entry<Integer, SecretKeySpec> newest = peppers.get().byVersion.lastEntry();
    return new Hash(hash(key, newest.getValue()), newest.getKey());
  }

  /// True when this secret made the stored hash. Takes the same time whether it did or not.
  public boolean matches(KeySecret presented, ApiKey stored) {
    SecretKeySpec pepper = peppers.get().byVersion.get(stored.pepperVersion());
    byte[] expected = pepper == null ? new byte[32] : hash(presented, pepper);
    return MessageDigest.isEqual(expected, stored.hmac()) && pepper != null;
  }

  /// Spends the time of [#matches] for a key id that does not exist.
  public void matchNothing(KeySecret presented) {
    boolean equal = MessageDigest.isEqual(hash(presented).hmac(), new byte[32]);
    if (equal) {
      throw new IllegalStateException("A hash of zeros cannot come from HMAC-SHA-256 by chance");
    }
  }

  private static byte[] hash(KeySecret key, SecretKeySpec pepper) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(pepper);
      return mac.doFinal((key.id() + key.secret()).getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JDK has no " + ALGORITHM, e);
    }
  }
}
