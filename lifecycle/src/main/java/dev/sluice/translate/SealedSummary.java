package dev.sluice.translate;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Seals the summary of a compacted conversation into the opaque text that a client keeps and sends
/// back. Nothing is stored: who has the text and the account has the summary.
///
/// `slc1.` and base64url of a nonce of 12 bytes and AES-256-GCM of the summary; the account's id is
/// authenticated with it. The key is HKDF-SHA-256 (RFC 5869) of the deployment's id key. Safe for
/// use by several threads.
public final class SealedSummary {

  private static final String PREFIX = "slc1.";
  private static final byte[] PURPOSE = "sluice compaction v1".getBytes(StandardCharsets.US_ASCII);
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final Supplier<SecretKeySpec> idKey;
  private final SecureRandom random;

  /// @param idKey the key that response ids are made with, asked at each use; what it throws ends
  ///   the use
  public SealedSummary(Supplier<SecretKeySpec> idKey, SecureRandom random) {
    this.idKey = idKey;
    this.random = random;
  }

  /// True when a text looks as if it had been sealed here.
  static boolean isSealed(String text) {
    return text.startsWith(PREFIX);
  }

  public String seal(UUID account, String summary) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] hidden =
          cipher(Cipher.ENCRYPT_MODE, account, nonce)
              .doFinal(summary.getBytes(StandardCharsets.UTF_8));
      byte[] sealed =
          ByteBuffer.allocate(nonce.length + hidden.length).put(nonce).put(hidden).array();
      return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JDK cannot seal a summary", e);
    }
  }

  /// The summary; empty when the text was not sealed here for this account, or was changed.
  public Optional<String> open(UUID account, String sealed) {
    if (!isSealed(sealed)) {
      return Optional.empty();
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(sealed.substring(PREFIX.length()));
      if (bytes.length < NONCE_BYTES) {
        return Optional.empty();
      }
      byte[] nonce = Arrays.copyOf(bytes, NONCE_BYTES);
      byte[] summary =
          cipher(Cipher.DECRYPT_MODE, account, nonce)
              .doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES);
      return Optional.of(new String(summary, StandardCharsets.UTF_8));
    } catch (AEADBadTagException | IllegalArgumentException _) {
      return Optional.empty(); // Changed, or another account's: the caller says so.
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JDK cannot open a summary", e);
    }
  }

  private Cipher cipher(int mode, UUID account, byte[] nonce) throws GeneralSecurityException {
    SecretKey key =
        KDF.getInstance("HKDF-SHA256")
            .deriveKey(
                "AES",
                HKDFParameterSpec.ofExtract()
                    .addIKM(idKey.get().getEncoded())
                    .thenExpand(PURPOSE, 32));
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(
        ByteBuffer.allocate(16)
            .putLong(account.getMostSignificantBits())
            .putLong(account.getLeastSignificantBits())
            .array());
    return cipher;
  }
}
