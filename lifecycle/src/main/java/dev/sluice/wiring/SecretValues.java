package dev.sluice.wiring;

import dev.sluice.sandbox.SecretUnavailableException;
import dev.sluice.sandbox.Secrets;
import io.micronaut.context.BeanProvider;
import jakarta.inject.Singleton;
import java.util.Base64;
import java.util.function.Function;
import java.util.function.Supplier;

/// Settings that are secrets: written out, or as `secret:<id>` for Secrets Manager. Safe for use by
/// several threads.
@Singleton
public final class SecretValues {

  private static final String REFERENCE = "secret:";

  private final BeanProvider<Secrets> secrets;

  /// @param secrets asked at the first use: a deployment without such settings needs no AWS
  SecretValues(BeanProvider<Secrets> secrets) {
    this.secrets = secrets;
  }

  /// What the setting stands for. A value that is written out is read now; a secret is read at each
  /// use, or was a short time ago, so that none is part of a snapshot and a rotation is seen.
  ///
  /// @param parse throws [IllegalArgumentException] for a text of no use; its message must not
  ///   quote it
  /// @return throws [SecretUnavailableException] when the secret cannot be read, or is of no use
  /// @throws IllegalArgumentException when a value that is written out is of no use
  public <T> Supplier<T> value(String property, String setting, Function<String, T> parse) {
    if (!setting.startsWith(REFERENCE)) {
      T value = parse.apply(setting);
      return () -> value;
    }
    String id = setting.substring(REFERENCE.length());
    return () -> {
      String text = secret(id);
      try {
        return parse.apply(text);
      } catch (IllegalArgumentException e) {
        throw new SecretUnavailableException(
            "The secret " + id + " is of no use as " + property, e);
      }
    };
  }

  /// The current value of a secret.
  ///
  /// @throws SecretUnavailableException when it cannot be read
  String secret(String id) {
    return secrets.get().value(id);
  }

  /// The bytes of a setting in base64.
  ///
  /// @throws IllegalArgumentException when it is not base64; the message names the property, never
  ///   the value
  static byte[] bytes(String property, String text) {
    try {
      return Base64.getDecoder().decode(text.trim());
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException("The setting " + property + " is not base64");
    }
  }
}
