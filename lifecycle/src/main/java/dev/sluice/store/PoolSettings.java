package dev.sluice.store;

import dev.sluice.sandbox.DatabaseLogin;
import io.micronaut.configuration.jdbc.hikari.DatasourceConfiguration;
import io.micronaut.context.BeanProvider;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import jakarta.inject.Singleton;

/// Makes every connection pool one that suits a function: started without the database, and without
/// a connection while nothing is asked, so that a frozen sandbox holds none and an idle database
/// can pause.
@Singleton
final class PoolSettings implements BeanCreatedEventListener<DatasourceConfiguration> {

  private static final long IDLE_MILLIS = 10_000; // the smallest that the pool accepts

  /// Of a connection that was idle for more than half a second, where connections are kept.
  private static final long VALIDATION_MILLIS = 1_000;

  private final DatabaseConfiguration configuration;
  private final BeanProvider<DatabaseLogin> login;

  /// @param login asked at the first login that needs it
  PoolSettings(DatabaseConfiguration configuration, BeanProvider<DatabaseLogin> login) {
    this.configuration = configuration;
    this.login = login;
  }

  @Override
  public DatasourceConfiguration onCreated(BeanCreatedEvent<DatasourceConfiguration> event) {
    DatasourceConfiguration pool = event.getBean();
    pool.setMinimumIdle(0);
    pool.setInitializationFailTimeout(-1);
    pool.setMaximumPoolSize(configuration.poolSize());
    pool.setConnectionTimeout(configuration.connectionTimeout().toMillis());
    pool.setMaxLifetime(configuration.maxLifetime().toMillis());
    pool.setIdleTimeout(IDLE_MILLIS);
    pool.setValidationTimeout(VALIDATION_MILLIS);
    pool.setDataSource(
        new PhysicalConnections(
            pool.getUrl(), pool.getDataSourceProperties(), passwords(pool), configuration));
    return pool;
  }

  private Passwords passwords(DatasourceConfiguration pool) {
    return switch (configuration.authentication()) {
      case PASSWORD -> Passwords.SETTING;
      case IAM -> new FreshPasswords(pool.getUrl(), login::get);
    };
  }
}
