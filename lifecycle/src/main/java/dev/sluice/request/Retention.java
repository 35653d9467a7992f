package dev.sluice.request;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// Where answers are deleted whose owner does not want them kept for longer.
///
/// All methods throw [StoreUnavailableException] when the database cannot be reached or answers too
/// late; a repeat is safe.
public interface Retention {

  /// Takes the turn of this pass, when nobody has taken it within this time.
  boolean takeTurn(Duration every);

  /// Ended and visible requests that are older than their account keeps them, the oldest of each
  /// account first. A queued request ages from its end, any other from when it was recorded, by the
  /// database's clock.
  ///
  /// @param limit the most requests of this page; one below it was the last
  /// @param within how long the database may work on it
  List<Expired> expired(int limit, Duration within);

  /// A request whose bodies are to go, as if its owner deleted it.
  ///
  /// @param createdAt when the gateway accepted it
  record Expired(UUID accountId, ResponseId id, Instant createdAt) {}
}
