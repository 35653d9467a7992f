package dev.sluice.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.upstream.Upstream.Credential;
import dev.sluice.upstream.Upstream.Protocol;
import dev.sluice.upstream.Upstream.Timeouts;
import dev.sluice.upstream.UpstreamBody.Whole;
import dev.sluice.upstream.UpstreamResult.Answered;
import dev.sluice.upstream.UpstreamResult.Unanswered;
import java.net.URI;
import java.time.Duration;

/// Calls with generous limits, and what became of them as text.
final class TestingCalls {

  static final Duration LONG = Duration.ofSeconds(30);
  static final Timeouts PATIENT = new Timeouts(LONG, LONG, LONG, LONG, LONG);

  private TestingCalls() {}

  static UpstreamRequest request(URI base) {
    return request(base, "{}".getBytes(UTF_8));
  }

  static UpstreamRequest request(URI base, byte[] body) {
    return new UpstreamRequest(
        new Upstream("up", base, Protocol.CHAT, new Credential.None(), PATIENT, false),
        "/chat/completions",
        body,
        true,
        "resp_1",
        null,
        LONG);
  }

  /// The body, `kind` when no head came, and both when the body broke off.
  static String outcome(UpstreamClient client, UpstreamRequest request) {
    try (UpstreamCall call = client.begin(request)) {
      return switch (call.result()) {
        case Unanswered(FailureReason reason) -> "!" + kind(reason);
        case Answered answered ->
            switch (answered.body().readAll()) {
              case Whole.Complete(byte[] bytes) -> new String(bytes, UTF_8);
              case Whole.Incomplete(byte[] received, FailureReason reason) ->
                  new String(received, UTF_8) + "!" + kind(reason);
            };
      };
    }
  }

  private static String kind(FailureReason reason) {
    return reason instanceof NetworkError(String kind, String _) ? kind : reason.label();
  }
}
