package dev.sluice.gateway.auth;

import dev.sluice.account.AccountStore;
import dev.sluice.account.KeyHasher;
import dev.sluice.wiring.SecretValues;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Property;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// The beans that recognise callers.
@Factory
final class AuthenticationFactory {

  @Singleton
  Authenticator authenticator(AccountStore accounts, KeyHasher hasher, InstantSource clock) {
    return new Authenticator(accounts, hasher, clock, System::nanoTime);
  }

  /// @param adminKey `SLUICE_ADMIN_KEY`
  @Singleton
  AdminAuthenticator adminAuthenticator(
      SecretValues secrets, @Property(name = "sluice.admin-key") @Nullable String adminKey) {
    return adminKey == null
        ? new AdminAuthenticator(adminKey)
        : new AdminAuthenticator(
            secrets.value("sluice.admin-key", adminKey, AdminAuthenticator::digest));
  }
}
