package dev.sluice.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import javax.sql.DataSource;

/// The roles as which the functions log in. Each may read and write rows, and change no table.
///
/// The functions of a deployment share their rights; they are told apart by their sessions, of
/// which the gateway's are limited, so that a rush of calls leaves some to those that store what
/// was answered. Where Amazon RDS offers logins by IAM they log in so, and in no other way: none
/// has a password.
public final class DatabaseRoles {

  public static final String GATEWAY = "sluice_gateway";
  public static final String COMPLETION = "sluice_completion";
  public static final String DAEMON = "sluice_daemon";

  /// Roles belong to the whole server, where another database may be deployed at the same time: its
  /// role was made meanwhile (unique violation, duplicate object), or its grant ("tuple
  /// concurrently updated", an internal error).
  private static final Set<String> MEANWHILE = Set.of("23505", "42710", "XX000");

  private static final int ATTEMPTS = 5;

  private DatabaseRoles() {}

  /// Lets one of two deployments of one database wait: rights are changed by one at a time.
  private static final String LOCK =
      """
      select pg_advisory_xact_lock(8390322045803000683)
      """;

  private static final String MAKE =
      """
      do $$
      declare
        function text;
      begin
        if not exists (select from pg_roles where rolname = 'sluice_functions') then
          create role sluice_functions nologin;
        end if;
        foreach function in array array['sluice_gateway', 'sluice_completion', 'sluice_daemon'] loop
          if not exists (select from pg_roles where rolname = function) then
            execute format('create role %I login', function);
          end if;
          execute format('grant sluice_functions to %I', function);
          if exists (select from pg_roles where rolname = 'rds_iam') then
            execute format('grant rds_iam to %I', function);
          end if;
        end loop;
        execute format('revoke create, temporary on database %I from public', current_database());
        execute format('grant connect on database %I to sluice_functions', current_database());
      end $$
      """;

  /// Default privileges are those of tables that this same owner makes later.
  private static final String GRANT =
      """
      revoke create on schema public from public;
      grant usage on schema public to sluice_functions;
      grant select, insert, update, delete on all tables in schema public to sluice_functions;
      revoke insert, update, delete on flyway_schema_history from sluice_functions;
      grant usage on all sequences in schema public to sluice_functions;
      alter default privileges in schema public
        grant select, insert, update, delete on tables to sluice_functions;
      alter default privileges in schema public
        grant usage on sequences to sluice_functions
      """;

  /// Makes what is missing of the roles and their rights in a migrated database. Needs an owner of
  /// the database that may create roles, no superuser. A repeat changes nothing but the limit.
  ///
  /// @param gatewayConnections how many sessions the gateway may have; from the next login on
  /// @throws IllegalStateException when the database refuses; nothing has changed then
  public static void ensure(DataSource database, int gatewayConnections) {
    for (int attempt = 1; ; attempt++) {
      try {
        make(database, gatewayConnections);
        return;
      } catch (SQLException e) {
        if (attempt == ATTEMPTS || !MEANWHILE.contains(e.getSQLState())) {
          throw new IllegalStateException("The database refused the roles of the functions", e);
        }
      }
    }
  }

  private static void make(DataSource database, int gatewayConnections) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(LOCK);
      statement.execute(MAKE);
      statement.execute(GRANT);
      // A statement of this kind takes no bind variable.
      statement.execute("alter role " + GATEWAY + " connection limit " + gatewayConnections);
      connection.commit();
    }
  }
}
