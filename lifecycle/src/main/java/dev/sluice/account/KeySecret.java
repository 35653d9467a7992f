package dev.sluice.account;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/// A key as its owner holds it: `slk_<8 base62 id>_<43 base62 secret><6 base62 checksum>`.
///
/// The checksum is CRC-32 over all that stands before it, so that a typing error is refused without
/// a query. It is not a secret and proves nothing. [#toString] never shows the secret.
///
/// @param id the public part, by which the key is looked up and named in logs
/// @param secret 43 base62 characters, 256 bits
public record KeySecret(String id, String secret) {

  private static final String ALPHABET =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final int ID_LENGTH = 8;
  private static final int SECRET_LENGTH = 43;
  private static final int CHECKSUM_LENGTH = 6;
  private static final Pattern FORM = Pattern.compile("slk_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}");

  /// A new key.
  public static KeySecret generate(SecureRandom random) {
    return new KeySecret(base62(random, ID_LENGTH), base62(random, SECRET_LENGTH));
  }

  /// Reads a presented key; empty when its form or its checksum is wrong.
  public static Optional<KeySecret> parse(String text) {
    if (text.length() != 4 + ID_LENGTH + 1 + SECRET_LENGTH + CHECKSUM_LENGTH
        || !FORM.matcher(text).matches()) {
      return Optional.empty();
    }
    int end = text.length() - CHECKSUM_LENGTH;
    return checksum(text.substring(0, end)).equals(text.substring(end))
        ? Optional.of(
            new KeySecret(text.substring(4, 4 + ID_LENGTH), text.substring(4 + ID_LENGTH + 1, end)))
        : Optional.empty();
  }

  /// The whole key, to be shown once to its owner.
  public String reveal() {
    String body = "slk_" + id + "_" + secret;
    return body + checksum(body);
  }

  private static String checksum(String body) {
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.US_ASCII));
    char[] digits = new char[CHECKSUM_LENGTH];
    long rest = crc.getValue();
    for (int i = CHECKSUM_LENGTH - 1; i >= 0; i--) {
      digits[i] = ALPHABET.charAt((int) (rest % ALPHABET.length()));
      rest /= ALPHABET.length();
    }
    return new String(digits);
  }

  private static String base62(SecureRandom random, int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return "slk_" + id + "_…";
  }
}
