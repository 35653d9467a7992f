package dev.sluice.store;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// The passwords of logins. Safe for use by several threads.
@FunctionalInterface
interface Passwords {

  /// That of the settings, or none.
  Passwords SETTING = (_, setting) -> setting == null ? "" : setting;

  /// The password of one login.
  ///
  /// @param setting that of the pool, null when it has none
  /// @throws SQLException when there is none now; a later login may get one
  String password(String user, @Nullable String setting) throws SQLException;
}
