package dev.sluice.request;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the daemon will have to do, as far as the rows tell.
public interface Backlog {

  /// @param at when the first of it is due, in the past when it is overdue; null when there is none
  /// @param now the database's clock
  record Due(@Nullable Instant at, Instant now) {}

  /// When a run of the daemon is needed again: a request may be taken, its deadline passes, the
  /// lease of one that is held ends, or a realtime request counts as lost with its gateway.
  ///
  /// @param models whose requests can be taken
  /// @param gatewayLostAfter the age at which a realtime request without an end is lost
  /// @param within how long the database may take for the answer
  /// @throws StoreUnavailableException when the database cannot be reached or answers too late
  Due earliest(Set<String> models, Duration gatewayLostAfter, Duration within);
}
