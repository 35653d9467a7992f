package dev.sluice.request;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// The list of the daemon's runs: which are alive, which have ended, and what they did.
///
/// All methods throw [StoreUnavailableException] when the database cannot be reached or answers too
/// late.
public interface DaemonRegistry {

  /// Enters a run without free slots, and forgets some of those that gave their last sign of life
  /// more than a week ago. A repeat is safe, and a sign of life.
  ///
  /// @param id fresh for this run
  /// @param version of the code that runs
  /// @param models that the run asks for
  /// @return the database's clock
  Instant register(UUID id, String version, Set<String> models);

  /// Says that the run is alive. A repeat is safe.
  ///
  /// @param freeSlots how many more requests it could take now; 0 when it takes no more
  /// @return the database's clock
  /// @throws IllegalStateException when no such run is going on
  Instant beat(UUID id, int freeSlots);

  /// Whether a run is alive that could take more requests, of the same models.
  ///
  /// @param self the run that asks; it does not count
  /// @param models that it asks for; a run that asks for any other set of them does not count
  /// @param fresh a run whose last sign of life is older, by the database's clock, may be dead
  boolean isAnotherFree(UUID self, Set<String> models, Duration fresh);

  /// Says that the run has ended, and what it did.
  ///
  /// @return the database's clock
  /// @throws IllegalStateException when no such run is going on
  Instant stop(UUID id, Done done);

  /// What is counted of a run. Each is a column of its row.
  enum Count {
    /// Requests that it presumed lost with their gateways.
    GATEWAYS_LOST("gateways_lost"),
    /// Spilled records that it brought back to the queue.
    SPILLS_SWEPT("spills_swept"),
    /// Spilled records that it met and could not bring back, each time it met them.
    SPILLS_FAILED("spills_failed"),
    /// Requests that it took, each time it took them.
    CLAIMED("claimed"),
    COMPLETED("completed"),
    /// Requests whose last call failed; those that expired or lost their worker are not among them.
    FAILED("failed"),
    /// Calls that failed and were granted another attempt.
    RETRIED("retried"),
    /// Requests that it gave back when it stopped, begun or not.
    RETURNED("returned"),
    /// Requests of dead runs that it put back or gave up.
    RESCUED("rescued"),
    /// Requests whose deadline passed before they were taken.
    EXPIRED("expired"),
    /// Answers that it deleted because their account keeps them no longer.
    RETAINED("retained");

    private final String text;

    Count(String text) {
      this.text = text;
    }

    /// The word in logs and answers, which is the name of the column, too.
    public String text() {
      return text;
    }
  }

  /// What a run did.
  ///
  /// @param counts what is not among them is 0
  record Done(Map<Count, Long> counts) {

    public static final Done NOTHING = new Done(Map.of());

    public Done {
      Map<Count, Long> present = new EnumMap<>(Count.class);
      counts.forEach((count, number) -> {
        if (number != 0) {
          present.put(count, number);
        }
      });
      counts = Collections.unmodifiableMap(present);
    }

    public Done(long gatewaysLost, long spillsSwept, long spillsFailed) {
      this(
          Map.of(
              Count.GATEWAYS_LOST, gatewaysLost,
              Count.SPILLS_SWEPT, spillsSwept,
              Count.SPILLS_FAILED, spillsFailed));
    }

    public static Done of(Count count, long number) {
      return new Done(Map.of(count, number));
    }

    public long count(Count count) {
      return counts.getOrDefault(count, 0L);
    }

    public Done plus(Done other) {
      Map<Count, Long> sum = new EnumMap<>(Count.class);
      sum.putAll(counts);
      other.counts.forEach((count, number) -> sum.merge(count, number, Long::sum));
      return new Done(sum);
    }
  }
}
