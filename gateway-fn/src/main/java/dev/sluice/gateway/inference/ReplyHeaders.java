package dev.sluice.gateway.inference;

import dev.sluice.upstream.UpstreamResult.Answered;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// Response headers; the list of what a client can see is complete on purpose.
final class ReplyHeaders {

  static final String EVENT_STREAM = "text/event-stream";
  static final String RESPONSE_ID = "x-sluice-response-id";
  static final String ESTIMATED = "x-sluice-estimated";

  /// Read by the SDKs of OpenAI between two polls.
  static final String POLL_AFTER = "openai-poll-after-ms";

  static final String OVERHEAD = "x-sluice-overhead-ms";

  private static final String RATE_LIMITS = "x-ratelimit-";

  private ReplyHeaders() {}

  /// What every answer of 200 has.
  static Map<String, String> of(String contentType, String requestId) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("content-type", contentType);
    headers.put("cache-control", "no-store");
    headers.put("x-request-id", requestId);
    return headers;
  }

  /// What an answer to a POST has beyond it.
  static Map<String, String> of(String contentType, Admission admission, Answered head) {
    Map<String, String> headers = of(contentType, admission.inbound().requestId());
    headers.put(RESPONSE_ID, admission.id().text());
    headers.putAll(rateLimits(head));
    return headers;
  }

  static Map<String, String> rateLimits(Answered head) {
    Map<String, String> limits = new LinkedHashMap<>();
    head.headers()
        .forEach((name, value) -> {
          if (name.startsWith(RATE_LIMITS)) {
            limits.put(name, value);
          }
        });
    return limits;
  }

  /// Milliseconds with one decimal.
  static String millis(Duration duration) {
    return String.format(Locale.ROOT, "%.1f", duration.toNanos() / 1e6);
  }
}
