package dev.sluice.upstream;

import dev.sluice.request.FailureReason;
import java.util.Map;
import java.util.Optional;

/// What became of a call when its head was waited for.
public sealed interface UpstreamResult {

  /// The upstream answered, whatever its status.
  ///
  /// @param headers those that mean something to us, by lower-case name: `content-type`,
  ///   `content-encoding`, `retry-after` and `x-ratelimit-…`
  record Answered(int status, Map<String, String> headers, UpstreamBody body)
      implements UpstreamResult {

    public Answered {
      headers = Map.copyOf(headers);
    }

    public boolean isSuccess() {
      return status >= 200 && status <= 299;
    }

    public Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name));
    }
  }

  /// No head arrived.
  ///
  /// @param reason a [FailureReason.TimedOut] of phase `connect`, `first_byte` or `total`, a
  ///   [FailureReason.NetworkError], or a [FailureReason.CallLost] when this thread was interrupted
  record Unanswered(FailureReason reason) implements UpstreamResult {}
}
