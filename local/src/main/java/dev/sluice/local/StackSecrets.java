package dev.sluice.local;

import dev.sluice.wire.JsonValue.JsonObject;
import java.security.SecureRandom;
import java.util.Base64;

/// The secrets of a dev stack: made at its first start, kept in its data directory.
///
/// @param idKey base64, tags response ids
/// @param pepper base64, hashes API keys
/// @param adminKey authorises the admin routes
record StackSecrets(String idKey, String pepper, String adminKey) {

  /// Reads the secrets, or makes and writes them when there is no file yet.
  ///
  /// @throws IllegalStateException when the file is there but incomplete: new secrets would lock
  ///   out every key in the database
  static StackSecrets of(PrivateFile file, SecureRandom random) {
    return file.read()
        .map(stored ->
            new StackSecrets(
                text(file, stored, "id_key"),
                text(file, stored, "pepper"),
                text(file, stored, "admin_key")))
        .orElseGet(() -> create(file, random));
  }

  private static String text(PrivateFile file, JsonObject stored, String name) {
    return stored
        .text(name)
        .orElseThrow(() -> new IllegalStateException(file.path() + " has no " + name));
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
