package dev.sluice.request;

import dev.sluice.request.FailureReason.DeadlineExceeded;
import dev.sluice.request.FailureReason.WorkerLost;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A request in one of its states; see the package documentation for the diagram.
///
/// A transition is a method of the states that may take it and of no other, so that an illegal one
/// does not compile. All are pure; the stores decide whether a row may still take them.
public sealed interface Request {

  RequestData data();

  /// Not ended yet.
  sealed interface Active extends Request permits Processing, Queued {}

  /// Its upstream call runs.
  sealed interface Processing extends Active permits Proxied, Dispatched {}

  /// In the daemon's lane, and not ended yet.
  sealed interface Queued extends Active permits Pending, Held {

    Schedule schedule();

    /// Its owner does not want it any more.
    default Canceled cancel(Instant at) {
      return new Canceled(data(), null, at);
    }
  }

  /// Held by a run of the daemon.
  sealed interface Held extends Queued permits Claimed, Dispatched {

    Claim claim();

    /// The lease ended: the run that held it is gone. How long it waits after its second crash is
    /// its row's to say.
    ///
    /// @param maxCrashes with so many lost workers it is given up
    /// @return a [Pending] or a [Failed]
    default Request rescue(int maxCrashes, Instant at) {
      Schedule crashed = schedule().crashed();
      return crashed.crashes() >= maxCrashes
          ? new Failed(data(), null, new WorkerLost(), null, at)
          : new Pending(data(), crashed);
    }
  }

  /// Ended for good.
  sealed interface Terminal extends Request permits Finished, Canceled {

    Instant finishedAt();
  }

  /// Ended by its call, well or badly.
  sealed interface Finished extends Terminal permits Completed, Failed {}

  /// Waits in the daemon's lane.
  record Pending(RequestData data, Schedule schedule) implements Queued {

    /// A request as it is when it is queued; its deadline is its row's to say.
    public static Pending queued(RequestData data) {
      return new Pending(data, Schedule.fresh(null));
    }

    /// A run of the daemon takes it.
    public Claimed claim(Claim claim) {
      return new Claimed(data, schedule.next(), claim);
    }

    /// It was not begun before its deadline.
    public Failed expire(Instant at) {
      return new Failed(data, null, new DeadlineExceeded(), null, at);
    }
  }

  /// Taken by a run of the daemon, its call not begun.
  record Claimed(RequestData data, Schedule schedule, Claim claim) implements Held {

    /// Its call may begin.
    public Dispatched start(Instant at) {
      return new Dispatched(data.startedAt(at), schedule, claim);
    }

    /// Given back by a run that stops; the attempt does not count.
    public Pending release() {
      return new Pending(data, schedule.previous());
    }
  }

  /// Its upstream call is a gateway's, which passes the answer on to the client; never queued.
  record Proxied(RequestData data) implements Processing {}

  /// Its upstream call is a daemon's.
  record Dispatched(RequestData data, Schedule schedule, Claim claim) implements Processing, Held {

    /// Given back in the middle of its call by a run that stops; the attempt counts. That says
    /// nothing against its upstream, so it waits for nothing and is no retry.
    public Pending drain() {
      return new Pending(data, schedule);
    }

    /// The call gave an answer.
    ///
    /// @param status the upstream's HTTP status, 200–299
    /// @param incomplete true when the answer was cut by a length limit or a content filter
    public Completed complete(int status, boolean incomplete, @Nullable Usage usage, Instant at) {
      return new Completed(data, status, incomplete, usage, null, at);
    }

    /// The call gave none. Not the end yet where [RetryPolicy] grants another attempt.
    ///
    /// @param status the upstream's own HTTP status, null when there was none
    public Failed fail(
        @Nullable Integer status, FailureReason reason, @Nullable Usage usage, Instant at) {
      return new Failed(data, status, reason, usage, at);
    }

    /// Back to the queue, for another attempt.
    public Pending retry(Instant notBefore) {
      return new Pending(data, schedule.notBefore(notBefore));
    }
  }

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

  /// @param usage what the aborted call cost all the same, where the upstream said so
  record Canceled(RequestData data, @Nullable Usage usage, Instant finishedAt)
      implements Terminal {}
}
