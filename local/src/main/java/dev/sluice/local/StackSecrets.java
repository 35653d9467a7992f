package dev.sluice.local;

import dev.sluice.wire.JsonValue.JsonObject;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

/// The secrets of a dev stack: made at its first start, kept in its data directory.
///
/// @param idKey base64, tags response ids
/// @param pepper base64, hashes API keys
/// @param adminKey authorises the admin routes
record StackSecrets(String idKey, String pepper, String adminKey) {

  /// Reads the secrets, or makes and writes them.
  static StackSecrets of(PrivateFile file, SecureRandom random) {
    JsonObject stored = file.read().orElse(JsonObject.EMPTY);
    Optional<StackSecrets> known =
        stored
            .text("id_key")
            .flatMap(idKey ->
                stored
                    .text("pepper")
                    .flatMap(pepper ->
                        stored
                            .text("admin_key")
                            .map(admin -> new StackSecrets(idKey, pepper, admin))));
    return known.orElseGet(() -> create(file, random));
  }

  private static StackSecrets create(PrivateFile file, SecureRandom random) {
    StackSecrets made = new StackSecrets(secret(random), secret(random), secret(random));
    file.write(
        JsonObject.builder()
            .put("id_key", made.idKey)
            .put("pepper", made.pepper)
            .put("admin_key", made.adminKey)
            .build());
    return made;
  }

  private static String secret(SecureRandom random) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  @Override
  public String toString() {
    return "StackSecrets[…]";
  }
}
