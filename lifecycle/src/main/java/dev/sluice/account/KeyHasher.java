package dev.sluice.account;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Hashes keys with a secret pepper, so that a leaked table alone opens nothing. Safe for use by
/// several threads.
///
/// A key carries 256 random bits, so one HMAC is enough: slow hashes are for passwords.
public final class KeyHasher {

  private static final String ALGORITHM = "HmacSHA256";

  private final TreeMap<Integer, SecretKeySpec> peppers = new TreeMap<>();

  /// @param peppers by version; new keys use the newest, old keys the version they were made with
  public KeyHasher(Map<Integer, byte[]> peppers) {
    if (peppers.isEmpty()) {
      throw new IllegalArgumentException("At least one pepper is needed");
    }
    peppers.forEach((version, pepper) -> {
      if (pepper.length < 32) {
        throw new IllegalArgumentException("Pepper " + version + " has fewer than 32 bytes");
      }
      this.peppers.put(version, new SecretKeySpec(pepper, ALGORITHM));
    });
  }

  public int newestVersion() {
    return peppers.lastKey();
  }

  /// HMAC-SHA-256 over id ‖ secret with the newest pepper.
  public byte[] hash(KeySecret key) {
    return hash(key, peppers.lastEntry().getValue());
  }

  /// True when this secret made the stored hash. Takes the same time whether it did or not.
  public boolean matches(KeySecret presented, ApiKey stored) {
    SecretKeySpec pepper = peppers.get(stored.pepperVersion());
    byte[] expected = pepper == null ? new byte[32] : hash(presented, pepper);
    return MessageDigest.isEqual(expected, stored.hmac()) && pepper != null;
  }

  /// Spends the time of [#matches] for a key id that does not exist.
  public void matchNothing(KeySecret presented) {
    boolean equal = MessageDigest.isEqual(hash(presented), new byte[32]);
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
