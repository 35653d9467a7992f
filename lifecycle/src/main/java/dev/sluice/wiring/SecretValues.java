package dev.sluice.wiring;

import java.util.Base64;
import java.util.function.UnaryOperator;

/// Settings that are secrets: written out, or as `secret:<id>` for Secrets Manager.
final class SecretValues {

  private static final String REFERENCE = "secret:";

  private final UnaryOperator<String> secretsManager;

  SecretValues(UnaryOperator<String> secretsManager) {
    this.secretsManager = secretsManager;
  }

  /// The text that the setting stands for.
  String text(String setting) {
    return setting.startsWith(REFERENCE)
        ? secretsManager.apply(setting.substring(REFERENCE.length()))
        : setting;
  }

  /// The bytes of a setting in base64.
  ///
  /// @throws IllegalArgumentException when it is not base64; the message names the property, never
  ///   the value
  byte[] bytes(String property, String setting) {
    try {
      return Base64.getDecoder().decode(text(setting).trim());
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException("The setting " + property + " is not base64");
    }
  }
}
