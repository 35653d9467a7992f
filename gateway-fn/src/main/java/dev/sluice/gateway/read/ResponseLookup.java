package dev.sluice.gateway.read;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.request.Deadline;
import dev.sluice.request.Pause;
import dev.sluice.request.Request;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ResponseIds;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/// The one lookup of responses, shared by every route that names one.
///
/// A response is known to its client before its row is in the database, because records travel
/// through a queue. So a young id whose tag says that this account made it is waited for; every
/// other id without a row does not exist, and that is said at once, whoever else it belongs to.
/// Safe for use by several threads.
public final class ResponseLookup {

  /// Older than this, a record is no longer on its way: it is lost or never was.
  private static final Duration ON_ITS_WAY = Duration.ofMinutes(2);

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
  private static final Duration WAIT_FOR_END = Duration.ofSeconds(2);

  private final RequestStore requests;
  private final ResponseIds ids;
  private final InstantSource clock;
  private final Polling polling;

  /// @param clock tells the age of an id; the makers of ids use the same kind of clock
  public ResponseLookup(RequestStore requests, ResponseIds ids, InstantSource clock, Pause pause) {
    this.requests = requests;
    this.ids = ids;
    this.clock = clock;
    this.polling = new Polling(pause);
  }

  /// The visible request of this id.
  ///
  /// @param text as the client wrote it, with or without `resp_`
  /// @throws GatewayException 404 when the account has no such response, 503 when it may have but
  ///   its record did not arrive in time
  public Request find(UUID accountId, String text, Deadline deadline) {
    ResponseId id = ResponseId.parse(text).orElseThrow(() -> notFound(text));
    Request request =
        polling
            .until(waitingUntil(deadline), () -> lookOnce(accountId, id))
            .orElseThrow(() -> notYetRecorded(id));
    if (!request.data().isVisible()) {
      throw notFound(text);
    }
    return request;
  }

  /// As [#find], and a realtime response that still runs gets up to two seconds to end.
  public Request findEnded(UUID accountId, String text, Deadline deadline) {
    return findEnded(accountId, text, WAIT_FOR_END, deadline);
  }

  /// As [#findEnded(UUID, String, Deadline)], with a time of its own for the response to end.
  Request findEnded(UUID accountId, String text, Duration wait, Deadline deadline) {
    Request found = find(accountId, text, deadline);
    if (!isRunning(found)) {
      return found;
    }
    ResponseId id = found.data().id();
    Optional<Request> ended =
        polling.until(
            deadline.orSooner(wait),
            () -> requests.find(accountId, id).filter(request -> !isRunning(request)));
    // Deleted meanwhile, or still running: the lookup decides once more.
    return ended
        .filter(request -> request.data().isVisible())
        .orElseGet(() -> find(accountId, text, deadline));
  }

  /// True while a part of this response may still be on its way to the database.
  boolean mayBeOnItsWay(ResponseId id) {
    return clock.millis() - id.epochMillis() <= ON_ITS_WAY.toMillis();
  }

  /// Waits for a part of a response that may still be on its way.
  ///
  /// @return empty when it did not come, or cannot be on its way
  <T> Optional<T> await(ResponseId id, Deadline deadline, Supplier<Optional<T>> part) {
    return mayBeOnItsWay(id) ? polling.until(waitingUntil(deadline), part) : part.get();
  }

  private static Deadline waitingUntil(Deadline deadline) {
    return deadline.orSooner(LONGEST_WAIT);
  }

  /// The row, or the certainty that there will be none; empty while it may still come.
  private Optional<Request> lookOnce(UUID accountId, ResponseId id) {
    Optional<Request> found = requests.find(accountId, id);
    if (found.isEmpty() && !(ids.canBelongTo(accountId, id) && mayBeOnItsWay(id))) {
      throw notFound(id.text());
    }
    return found;
  }

  private static boolean isRunning(Request request) {
    return request instanceof Request.Proxied;
  }

  static GatewayException notYetRecorded(ResponseId id) {
    return GatewayException.of(
            ErrorCode.RESPONSE_NOT_YET_RECORDED,
            "The record of " + id.text() + " has not arrived yet. Try again in a second.")
        .withHeader("retry-after", "1");
  }

  private static GatewayException notFound(String text) {
    return GatewayException.of(
        ErrorCode.RESPONSE_NOT_FOUND,
        ResponseId.parse(text)
            .map(id -> "There is no response " + id.text() + ".")
            .orElse("There is no response of this id."));
  }
}
