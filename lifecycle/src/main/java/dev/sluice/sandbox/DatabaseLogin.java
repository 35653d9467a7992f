package dev.sluice.sandbox;

/// Where the logins at the database have their passwords from, when the settings hold none. Safe
/// for use by several threads.
public interface DatabaseLogin {

  /// A password for one login, made now. It is good for a short time only, so nobody keeps it.
  ///
  /// @throws SecretUnavailableException when it cannot be made now
  String password(String host, int port, String user);
}
