package dev.sluice.local;

import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.ds.PGSimpleDataSource;

/// Databases of stacks on one server, whose user must be allowed to make them. They stay there.
final class NamedDatabase {

  private NamedDatabase() {}

  /// The URL of the database with this name, which is made when it is missing.
  ///
  /// @param server the URL of any database of the server
  static String make(String server, String name) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(server);
    try (Connection connection = source.getConnection();
        PreparedStatement known =
            connection.prepareStatement("select 1 from pg_database where datname = ?");
        Statement statement = connection.createStatement()) {
      known.setString(1, name);
      try (ResultSet row = known.executeQuery()) {
        if (!row.next()) {
          statement.execute("create database " + name);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("The server of SLUICE_DATABASE_URL made no database", e);
    }
    URI url = URI.create(server.substring("jdbc:".length()));
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    return "jdbc:postgresql://" + url.getRawAuthority() + "/" + name + query;
  }
}
