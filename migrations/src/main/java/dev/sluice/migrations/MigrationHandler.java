package dev.sluice.migrations;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextBuilder;
import io.micronaut.flyway.FlywayConfigurationProperties;
import io.micronaut.flyway.FlywayMigrator;
import io.micronaut.function.aws.MicronautRequestHandler;
import io.micronaut.inject.qualifiers.Qualifiers;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.api.MigrationInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Lambda function that brings the database to the newest schema, invoked once per deployment.
///
/// Starting the function changes nothing: only an invocation migrates. Two invocations at once are
/// safe, Flyway's lock lets one of them wait; so is a repeat, which changes nothing. The database
/// is `datasources.default.url`, `.username` and `.password` (`DATASOURCES_DEFAULT_URL` and so on
/// in the environment).
///
/// The input is ignored; the answer is `{"schema_version": "<version>"}`. A migration that fails
/// fails the invocation, and those before it stay applied.
public final class MigrationHandler
    extends MicronautRequestHandler<Map<String, Object>, Map<String, String>> {

  private static final Logger LOG = LoggerFactory.getLogger(MigrationHandler.class);
  private static final String DATASOURCE = "default";

  /// Configured by the environment.
  public MigrationHandler() {
    this(Map.of());
  }

  /// @param properties win over the environment
  public MigrationHandler(Map<String, Object> properties) {
    super(builder(properties));
  }

  private static ApplicationContextBuilder builder(Map<String, Object> properties) {
    return ApplicationContext.builder()
        .properties(
            Map.of(
                "flyway.datasources.default.enabled",
                false,
                "flyway.datasources.default.locations",
                "classpath:db/migration",
                "flyway.datasources.default.fail-on-missing-locations",
                true,
                "datasources.default.driver-class-name",
                "org.postgresql.Driver",
                "datasources.default.minimum-idle",
                0,
                "datasources.default.maximum-pool-size",
                2,
                "datasources.default.initialization-fail-timeout",
                -1))
        .properties(properties);
  }

  /// Called by [RequestHandler#handleRequest].
  @Override
  public Map<String, String> execute(Map<String, Object> event) {
    FlywayConfigurationProperties configuration =
        applicationContext.getBean(
            FlywayConfigurationProperties.class, Qualifiers.byName(DATASOURCE));
    DataSource dataSource =
        applicationContext.getBean(DataSource.class, Qualifiers.byName(DATASOURCE));
    applicationContext.getBean(FlywayMigrator.class).run(configuration, dataSource);
    MigrationInfo current =
        configuration.getFluentConfiguration().dataSource(dataSource).load().info().current();
    String version = String.valueOf(current.getVersion());
    LOG.atInfo().addKeyValue("schema_version", version).log("Schema is at its newest version");
    return Map.of("schema_version", version);
  }
}
