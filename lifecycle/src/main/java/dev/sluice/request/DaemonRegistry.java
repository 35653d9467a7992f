package dev.sluice.request;

import java.time.Instant;
import java.util.UUID;

/// The list of the daemon's runs: which are alive, which have ended, and what they did.
///
/// Every method answers the database's clock, and throws [StoreUnavailableException] when the
/// database cannot be reached or answers too late.
public interface DaemonRegistry {

  /// Enters a run, and forgets some of those that gave their last sign of life more than a week
  /// ago. Not to be repeated with the same id.
  ///
  /// @param id fresh for this run
  /// @param version of the code that runs
  Instant register(UUID id, String version);

  /// Says that the run is alive. A repeat is safe.
  ///
  /// @throws IllegalStateException when no such run is going on
  Instant beat(UUID id);

  /// Says that the run has ended, and what it did.
  ///
  /// @throws IllegalStateException when no such run is going on
  Instant stop(UUID id, Done done);

  /// What a run did.
  ///
  /// @param gatewaysLost requests that it presumed lost with their gateways
  /// @param spillsSwept spilled records that it brought back to the queue
  /// @param spillsFailed spilled records that it met and could not bring back, each time it met
  ///   them
  record Done(long gatewaysLost, long spillsSwept, long spillsFailed) {

    public static final Done NOTHING = new Done(0, 0, 0);

    public Done plus(Done other) {
      return new Done(
          gatewaysLost + other.gatewaysLost,
          spillsSwept + other.spillsSwept,
          spillsFailed + other.spillsFailed);
    }
  }
}
