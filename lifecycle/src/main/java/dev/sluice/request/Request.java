package dev.sluice.request;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A request in one of its six states; see the package documentation for the diagram.
public sealed interface Request {

  RequestData data();

  /// Not ended yet.
  sealed interface Active extends Request permits Pending, Claimed, Processing {}

  /// Ended for good.
  sealed interface Terminal extends Request permits Finished, Canceled {

    Instant finishedAt();
  }

  /// Ended by its call, well or badly.
  sealed interface Finished extends Terminal permits Completed, Failed {}

  /// Waits in the daemon's lane.
  record Pending(RequestData data) implements Active {}

  /// Taken by a daemon run, its call not begun.
  record Claimed(RequestData data) implements Active {}

  /// Its upstream call runs.
  ///
  /// @param gatewayLane true when a gateway invocation owns the call, false for a daemon run
  record Processing(RequestData data, boolean gatewayLane) implements Active {}

  /// The upstream gave an answer that is whole, or cut by a limit that the client can read off it.
  ///
  /// @param status the upstream's HTTP status, 200–299
  /// @param incomplete true when the answer was cut by a length limit or a content filter
  record Completed(
      RequestData data,
      int status,
      boolean incomplete,
      @Nullable Usage usage,
      @Nullable Long timeToFirstByteMillis,
      Instant finishedAt)
      implements Finished {}

  /// @param status the upstream's own HTTP status, null when there was none
  /// @param usage what the call cost all the same, where the upstream said so
  record Failed(
      RequestData data,
      @Nullable Integer status,
      FailureReason reason,
      @Nullable Usage usage,
      Instant finishedAt)
      implements Finished {}

  record Canceled(RequestData data, Instant finishedAt) implements Terminal {}
}
