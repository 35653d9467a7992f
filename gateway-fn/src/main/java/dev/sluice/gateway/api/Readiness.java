package dev.sluice.gateway.api;

import dev.sluice.account.AccountStore;
import dev.sluice.completion.CompletionQueue;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.request.StoreUnavailableException;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Whether calls could be served right now.
@Singleton
final class Readiness {

  /// No account has it, so asking for it costs one look into an index.
  private static final UUID NOBODY = new UUID(0, 0);

  private final AccountStore accounts;
  private final CompletionQueue queue;

  Readiness(AccountStore accounts, CompletionQueue queue) {
    this.accounts = accounts;
    this.queue = queue;
  }

  /// Asks the database and the queue.
  ///
  /// @throws GatewayException 503 that names what does not answer
  void check() {
    List<String> missing = new ArrayList<>();
    if (!databaseAnswers()) {
      missing.add("database");
    }
    if (!queue.isReachable()) {
      missing.add("queue");
    }
    if (!missing.isEmpty()) {
      throw GatewayException.of(
          ErrorCode.OVERLOADED, "Not ready, no answer from: " + String.join(", ", missing) + ".");
    }
  }

  private boolean databaseAnswers() {
    try {
      var _ = accounts.find(NOBODY);
      return true;
    } catch (StoreUnavailableException _) {
      return false; // The caller reports it.
    }
  }
}
