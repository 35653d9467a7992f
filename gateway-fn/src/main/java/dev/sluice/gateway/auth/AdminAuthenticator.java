package dev.sluice.gateway.auth;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Recognises the operator, by the one admin key of the deployment. Safe for use by several
/// threads.
public final class AdminAuthenticator {

  private final Supplier<Optional<byte[]>> expectation;

  /// @param adminKey null or blank when none is configured: then nobody is the operator
  public AdminAuthenticator(@Nullable String adminKey) {
    Optional<byte[]> expected = digest(adminKey);
    this(() -> expected);
  }

  /// @param expectation the digest of the admin key, see [#digest]; asked at each use
  AdminAuthenticator(Supplier<Optional<byte[]>> expectation) {
    this.expectation = expectation;
  }

  /// What is compared with; empty for a key that is null or blank.
  static Optional<byte[]> digest(@Nullable String adminKey) {
    return Optional.ofNullable(adminKey)
        .filter(key -> !key.isBlank())
        .map(AdminAuthenticator::sha256);
  }

  /// Ends with the operator recognised.
  ///
  /// @throws GatewayException 401 when it is not the operator who calls
  /// @throws dev.sluice.sandbox.SecretUnavailableException when the admin key cannot be read now
  public void authenticate(InboundRequest request) {
    Optional<byte[]> expected = expectation.get();
    // Digests of equal length, so that the comparison tells nothing about the key's length either.
    byte[] presented = sha256(PresentedKey.of(request).orElse(""));
    boolean equal =
        MessageDigest.isEqual(expected.orElseGet(() -> new byte[presented.length]), presented);
    if (expected.isEmpty() || !equal) {
      throw GatewayException.of(
              ErrorCode.INVALID_ADMIN_KEY,
              expected.isEmpty()
                  ? "The admin routes are closed: this deployment has no admin key."
                  : "The admin key is missing or not valid.")
          .withHeader("www-authenticate", "Bearer");
    }
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This JDK has no SHA-256", e);
    }
  }
}
