package dev.sluice.migrations;

import io.micronaut.context.annotation.Property;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/// Which database is migrated, by whom, and for whom.
///
/// @param url `datasources.default.url`, without credentials
/// @param username `datasources.default.username`; not read when there is a master secret
/// @param password `datasources.default.password`, likewise
/// @param masterSecret `sluice.master-secret`: the id of the secret in Secrets Manager in which
///   Amazon RDS keeps `{"username": …, "password": …}` of the owner of the database
/// @param gatewayConnections `sluice.gateway-connections`: how many sessions the gateway's role may
///   have; null to make no roles
@Singleton
record MigrationConfiguration(
    @Property(name = "datasources.default.url") String url,
    @Nullable @Property(name = "datasources.default.username") String username,
    @Nullable @Property(name = "datasources.default.password") String password,
    @Nullable @Property(name = "sluice.master-secret") String masterSecret,
    @Nullable @Property(name = "sluice.gateway-connections") Integer gatewayConnections) {

  MigrationConfiguration {
    if (gatewayConnections != null && gatewayConnections < 1) {
      throw new IllegalArgumentException("sluice.gateway-connections is at least 1");
    }
  }

  /// For logs: without the password, and without the URL, which may have one in it.
  @Override
  public String toString() {
    return "MigrationConfiguration[masterSecret="
        + masterSecret
        + ", gatewayConnections="
        + gatewayConnections
        + "]";
  }
}
