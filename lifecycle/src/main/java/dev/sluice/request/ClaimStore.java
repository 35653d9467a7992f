package dev.sluice.request;

import dev.sluice.request.Request.Claimed;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.Request.Finished;
import dev.sluice.request.Request.Held;
import dev.sluice.request.Request.Pending;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The daemon's side of the queue: one method per arrow of the state diagram, each for a whole set
/// of rows in a constant number of statements.
///
/// Every move names the state, the attempt and the claim token that it leaves. A row that has
/// changed hands meanwhile is [Move#STALE] and is left alone; the caller must look. All methods
/// throw [StoreUnavailableException] when the database cannot be reached or answers too late: what
/// they were to do may have been done all the same, and a repeat is safe but for [#claim], whose
/// rows then come back with their leases.
public interface ClaimStore {

  /// What became of one row.
  enum Move {
    SAVED,
    /// Somebody else has moved it: it was canceled, or taken over after its lease.
    STALE
  }

  /// What became of a set of rows, every one of them named.
  ///
  /// @param now the database's clock
  record Moved(Map<ResponseId, Move> moves, Instant now) {

    public Moved {
      moves = Map.copyOf(moves);
    }

    public boolean isSaved(ResponseId id) {
      return moves.get(id) == Move.SAVED;
    }
  }

  /// What a run wants of one model.
  ///
  /// @param maxInFlight held rows of the model over all runs, at most
  /// @param free the most rows that this run takes now
  /// @param retries how many of them may have been tried before
  record Wanted(String model, int maxInFlight, int free, int retries) {}

  /// @param now the database's clock
  record Claims(List<Claimed> claimed, Instant now) {

    public Claims {
      claimed = List.copyOf(claimed);
    }
  }

  /// Pending → Claimed, of due rows before their deadline: the attempt counts, the token is new. By
  /// class, fair by account, then by deadline; background rows only when no other row of the model
  /// is due.
  Claims claim(UUID daemonId, List<Wanted> wanted, Duration lease);

  /// Whether there is anything that [#claim] would give for these models if nothing were held.
  boolean isAnythingDue(Set<String> models);

  /// The call that a claimed request is about to get.
  record Start(Claimed request, String upstream, String upstreamModel) {}

  /// A request whose call may begin.
  ///
  /// @param body as the client wrote it; null when it is gone
  /// @param previousId the response that it continues
  record Work(
      Dispatched request,
      @Nullable StoredBody body,
      @Nullable ResponseId previousId,
      String traceId) {}

  /// @param started those that were saved; the others were stale
  record Started(List<Work> started, Instant now) {

    public Started {
      started = List.copyOf(started);
    }
  }

  /// Claimed → Processing, with a row for the attempt.
  Started start(List<Start> starts);

  /// Claimed → Pending: the attempt is given back.
  Moved release(List<Claimed> held);

  /// Processing → Pending, due as it was; the attempt ends as `drained`.
  ///
  /// @param attempts how the calls stood, by request
  Moved drain(List<Dispatched> held, Map<ResponseId, AttemptEnd> attempts);

  /// How one upstream call ended.
  ///
  /// @param upstream whom it went to in the end
  /// @param finishedAt by the database's clock
  /// @param status the upstream's own, null when it gave none
  /// @param error the label of the failure, or `drained` or `canceled`; null when it succeeded. Of
  ///   a success that came too late to count, the store makes `superseded`
  record AttemptEnd(
      String upstream,
      String upstreamModel,
      Instant finishedAt,
      @Nullable Integer status,
      @Nullable Usage usage,
      @Nullable String error) {}

  /// What comes of one call.
  sealed interface Ended {

    Dispatched from();

    AttemptEnd attempt();

    /// Processing → Completed or Failed.
    ///
    /// @param response the answer, or the upstream's error; null when there is nothing to keep
    record Finish(Dispatched from, Finished to, AttemptEnd attempt, @Nullable StoredBody response)
        implements Ended {}

    /// Processing → Pending, since another attempt was granted.
    record Retry(Dispatched from, Pending to, AttemptEnd attempt) implements Ended {}

    /// The claim was lost while the call ran: only the attempt, and the cost of a canceled request,
    /// are recorded.
    record Lost(Dispatched from, AttemptEnd attempt) implements Ended {}
  }

  /// Ends calls in one transaction. The attempts are recorded for stale rows, too; a [Ended.Lost]
  /// is always told as stale.
  Moved end(List<Ended> ended);

  /// Extends the leases of held rows.
  ///
  /// @return those that are not held any more are stale
  Moved extend(List<? extends Held> held, Duration lease);

  /// The same question as [#extend] asks, and nothing else.
  Moved check(List<? extends Held> held);

  /// One page of a pass over rows.
  ///
  /// @param ended failed by it
  /// @param requeued pending again by it
  record Page(List<ResponseId> ended, List<ResponseId> requeued, Instant now) {

    public Page {
      ended = List.copyOf(ended);
      requeued = List.copyOf(requeued);
    }

    public int size() {
      return ended.size() + requeued.size();
    }
  }

  /// Pending → Failed, of rows past their deadline. A page below the limit was the last.
  Page expire(int limit, Duration within);

  /// Claimed or Processing → Pending, or → Failed after so many crashes, of rows whose lease is
  /// over. A page below the limit was the last.
  Page rescue(int limit, int maxCrashes, Duration within);
}
