package dev.sluice.store;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/// How the database is used. Where it is, and as whom, is `datasources.default.url`, `.username`
/// and `.password`.
///
/// @param authentication where a login has its password from
/// @param poolSize connections of this process at most; none is held while idle
/// @param connectionTimeout how long a caller waits for a connection
/// @param statementTimeout how long the server works on one statement at most
/// @param socketTimeout how long an answer is awaited at most, when the server is silently gone;
///   above the statement time-out
/// @param maxLifetime after which a connection is replaced
/// @param prepareThreshold uses after which a statement is prepared on the server; 0 behind a
///   pooler that hands out connections per transaction
@ConfigurationProperties("sluice.database")
public record DatabaseConfiguration(
    @Bindable(defaultValue = "password") Authentication authentication,
    @Bindable(defaultValue = "1") int poolSize,
    @Bindable(defaultValue = "3s") Duration connectionTimeout,
    @Bindable(defaultValue = "10s") Duration statementTimeout,
    @Bindable(defaultValue = "15s") Duration socketTimeout,
    @Bindable(defaultValue = "5m") Duration maxLifetime,
    @Bindable(defaultValue = "5") int prepareThreshold) {

  /// How a connection logs in.
  public enum Authentication {
    /// With `datasources.default.password`.
    PASSWORD,
    /// With a fresh password of the function's own role, at each login (Amazon RDS).
    IAM
  }

  public DatabaseConfiguration {
    if (poolSize < 1) {
      throw new IllegalArgumentException("sluice.database.pool-size is at least 1");
    }
    if (prepareThreshold < 0) {
      throw new IllegalArgumentException("sluice.database.prepare-threshold is at least 0");
    }
    if (socketTimeout.compareTo(statementTimeout) <= 0 || socketTimeout.toMillis() % 1000 != 0) {
      throw new IllegalArgumentException(
          "sluice.database.socket-timeout is in whole seconds and above the statement time-out");
    }
  }
}
