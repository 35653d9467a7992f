package dev.sluice.migrations;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.output.MigrateResult;

/// The database schema as a whole.
public final class Schema {

  private Schema() {}

  /// Brings the database to the newest version, one migration after the other; a repeat changes
  /// nothing.
  ///
  /// @return the number of migrations that this call applied
  /// @throws org.flywaydb.core.api.FlywayException when a migration fails; those before it stay
  ///   applied
  public static int migrate(DataSource dataSource) {
    MigrateResult result = flyway(dataSource).migrate();
    return result.migrationsExecuted;
  }

  /// The version that a database is at; empty before the first migration.
  static String version(DataSource dataSource) {
    MigrationInfo current = flyway(dataSource).info().current();
    return current == null ? "" : String.valueOf(current.getVersion());
  }

  private static Flyway flyway(DataSource dataSource) {
    return Flyway.configure(Schema.class.getClassLoader())
        .dataSource(dataSource)
        .locations("classpath:db/migration")
        .failOnMissingLocations(true)
        .load();
  }
}
