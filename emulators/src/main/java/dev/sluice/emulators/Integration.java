package dev.sluice.emulators;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.time.Duration;

/// How API Gateway calls a function: the two transfer modes of a Lambda proxy integration.
///
/// Limits as in the quotas of REST APIs (API Gateway guide, "Quotas for configuring and running a
/// REST API" and "Response streaming").
public sealed interface Integration {

  /// The name in logs and in the function's context.
  String functionName();

  RequestStreamHandler handler();

  /// How long one invocation may take.
  Duration timeout();

  /// `STREAM`: the function writes a JSON prelude, eight NUL bytes, and then the raw body, which
  /// goes to the client as it is written.
  ///
  /// @param idle how long the function may be silent
  record Streamed(
      String functionName, RequestStreamHandler handler, Duration timeout, Duration idle)
      implements Integration {

    public Streamed(String functionName, RequestStreamHandler handler) {
      this(functionName, handler, Duration.ofMinutes(15), Duration.ofMinutes(5));
    }
  }

  /// `BUFFERED`: the function writes one JSON document, the proxy response.
  record Buffered(String functionName, RequestStreamHandler handler, Duration timeout)
      implements Integration {

    public Buffered(String functionName, RequestStreamHandler handler) {
      this(functionName, handler, Duration.ofSeconds(29));
    }
  }
}
