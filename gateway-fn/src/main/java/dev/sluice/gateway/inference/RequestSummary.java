package dev.sluice.gateway.inference;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.spi.LoggingEventBuilder;

/// What the one log line at the end of a request says. It is filled while the request is served, so
/// that the line is as complete as the request got. For use by one thread.
final class RequestSummary {

  private @Nullable Caller caller;
  private @Nullable ResponseId id;
  private @Nullable String model;
  private @Nullable Outcome outcome;

  void recognised(Caller by) {
    caller = by;
  }

  /// @param alias of a model that exists, never a client's own text
  void admitted(ResponseId responseId, String alias) {
    id = responseId;
    model = alias;
  }

  void ended(Outcome how) {
    outcome = how;
  }

  Optional<ResponseId> id() {
    return Optional.ofNullable(id);
  }

  /// @param requestId of the invocation
  /// @param route the label of the endpoint
  record Line(String requestId, String traceId, String route, int status, Duration took) {}

  void log(Logger log, Line line) {
    LoggingEventBuilder event =
        log.atInfo()
            .addKeyValue("request_id", line.requestId())
            .addKeyValue("trace_id", line.traceId())
            .addKeyValue("route", line.route())
            .addKeyValue("status", line.status())
            .addKeyValue("millis", line.took().toMillis());
    if (caller != null) {
      event =
          event.addKeyValue("account_id", caller.accountId()).addKeyValue("key_id", caller.keyId());
    }
    if (id != null) {
      event = event.addKeyValue("response_id", id.text()).addKeyValue("model", model);
    }
    if (outcome != null) {
      event = event.addKeyValue("outcome", outcome.text());
    }
    event.log("request ended");
  }
}
