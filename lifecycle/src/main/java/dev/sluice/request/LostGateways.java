package dev.sluice.request;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Where realtime requests are ended whose gateway never said how they ended.
///
/// Such an end is a presumption: the row fails as [FailureReason.GatewayLost], and gives way to the
/// real record whenever that arrives. So a repeat is safe, and nothing is lost when the presumption
/// was wrong.
public interface LostGateways {

  /// Fails the requests of one page that were recorded longer ago than `age`, by the database's
  /// clock, the oldest first. Rows that somebody else is writing right now are left to a later
  /// page.
  ///
  /// @param age above the longest time that a gateway may take
  /// @param limit the most rows of this page
  /// @param within how long the database may work on it
  /// @throws StoreUnavailableException when the database cannot be reached
  Page presumeLost(Duration age, int limit, Duration within);

  /// What became of one page.
  sealed interface Page {

    /// @param lost the requests that this call failed, in the order of their ids; fewer than the
    ///   limit when there are no more
    /// @param now the database's clock
    record Ended(List<ResponseId> lost, Instant now) implements Page {

      public Ended {
        lost = List.copyOf(lost);
      }
    }

    /// The database did not manage the page within the time and changed nothing: a smaller one may
    /// do.
    record TooSlow() implements Page {}
  }
}
