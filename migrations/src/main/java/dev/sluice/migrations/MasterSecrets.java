package dev.sluice.migrations;

/// Where the login of the owner of the database is kept.
interface MasterSecrets {

  /// The login as it is now.
  ///
  /// @param id of the secret
  /// @throws IllegalStateException when it cannot be read, or is not one; the message names the
  ///   secret, never its value
  Login login(String id);

  /// @param password never in a message, a log or an answer
  record Login(String username, String password) {

    @Override
    public String toString() {
      return "Login[" + username + "]";
    }
  }
}
