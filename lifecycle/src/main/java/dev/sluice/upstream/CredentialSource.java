package dev.sluice.upstream;

import java.util.Optional;

/// Where the keys of upstreams come from.
@FunctionalInterface
public interface CredentialSource {

  /// The key for calls to this upstream; empty when it wants none.
  ///
  /// @throws CredentialUnavailableException when there should be one and it cannot be read now
  Optional<String> bearer(Upstream upstream);

  /// The key of an upstream cannot be read. Names the upstream, never a key.
  final class CredentialUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CredentialUnavailableException(String upstream, Throwable cause) {
      super("The key of upstream " + upstream + " cannot be read", cause);
    }
  }
}
