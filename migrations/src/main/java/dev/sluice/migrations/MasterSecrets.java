package dev.sluice.migrations;

/// Where the login of the owner of the database is kept.
interface MasterSecrets {

  /// The login as it is now.
  ///
  /// @param id of the secret
  /// @throws UnreadableException when it cannot be read
  /// @throws IllegalStateException when it is not one; the message names the secret, never its
  ///   value
  Login login(String id);

  /// The secret could not be read this time.
  final class UnreadableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String fault;

    UnreadableException(String message, Throwable cause) {
      super(message, cause);
      this.fault = cause.getClass().getSimpleName();
    }

    /// The kind of the cause.
    String fault() {
      return fault;
    }
  }

  /// @param password never in a message, a log or an answer
  record Login(String username, String password) {

    @Override
    public String toString() {
      return "Login[" + username + "]";
    }
  }
}
