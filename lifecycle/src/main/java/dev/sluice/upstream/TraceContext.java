package dev.sluice.upstream;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Trace ids as upstreams understand them.
public final class TraceContext {

  /// W3C Trace Context, 3.2.
  private static final Pattern W3C = Pattern.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

  /// AWS X-Ray, "Tracing header".
  private static final Pattern X_RAY =
      Pattern.compile(
          "Root=1-([0-9a-f]{8})-([0-9a-f]{24});Parent=([0-9a-f]{16})(;Sampled=([01]))?.*");

  private TraceContext() {}

  /// The `traceparent` of an invocation's trace id; empty when it is in neither form.
  public static Optional<String> traceparent(String traceId) {
    if (W3C.matcher(traceId).matches()) {
      return Optional.of(traceId);
    }
    Matcher ray = X_RAY.matcher(traceId);
    return ray.matches()
        ? Optional.of(
            "00-"
                + ray.group(1)
                + ray.group(2)
                + "-"
                + ray.group(3)
                + ("1".equals(ray.group(5)) ? "-01" : "-00"))
        : Optional.empty();
  }
}
