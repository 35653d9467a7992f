package dev.sluice.store;

import dev.sluice.sandbox.DatabaseLogin;
import dev.sluice.sandbox.SecretUnavailableException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/// Passwords that are made for each login. One that cannot be made is a database that is away.
final class FreshPasswords implements Passwords {

  private final String host;
  private final int port;
  private final Supplier<DatabaseLogin> login;

  /// @param url as given to the driver, with one host
  /// @param login asked at each login, not before
  FreshPasswords(String url, Supplier<DatabaseLogin> login) {
    PGSimpleDataSource server = new PGSimpleDataSource();
    server.setUrl(url);
    if (server.getServerNames().length != 1) {
      throw new IllegalArgumentException(
          "sluice.database.authentication=iam needs a datasources.default.url with one host");
    }
    this.host = server.getServerNames()[0];
    this.port = server.getPortNumbers()[0];
    this.login = login;
  }

  @Override
  public String password(String user, @Nullable String setting) throws SQLException {
    try {
      return login.get().password(host, port, user);
    } catch (SecretUnavailableException e) {
      throw new SQLTransientConnectionException("No password can be made for a login", "08001", e);
    }
  }
}
