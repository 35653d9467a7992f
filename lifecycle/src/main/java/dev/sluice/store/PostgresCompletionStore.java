package dev.sluice.store;

import dev.sluice.completion.CompletionStore;
import dev.sluice.request.Deadline;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.store.CompletionTransaction.Result;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes completion batches to PostgreSQL, one commit each. Safe for use by several threads.
@Singleton
final class PostgresCompletionStore implements CompletionStore {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresCompletionStore.class);

  /// Repeats of a transaction that lost against another one; a fourth loss is no longer chance.
  private static final int MAX_REPEATS = 3;

  private final Database database;
  private final Metrics metrics;

  PostgresCompletionStore(Database database, Metrics metrics) {
    this.database = database;
    this.metrics = metrics;
  }

  @Override
  public Set<Integer> persist(List<Delivery> batch, Deadline deadline) {
    if (batch.isEmpty()) {
      return Set.of();
    }
    if (deadline.hasPassed()) {
      return IntStream.range(0, batch.size()).boxed().collect(Collectors.toUnmodifiableSet());
    }
    Result result = commit(batch, deadline);
    report(result);
    return result.undone();
  }

  private Result commit(List<Delivery> batch, Deadline deadline) {
    for (int repeats = 0; ; repeats++) {
      try {
        return database.write(
            deadline.remaining(),
            connection -> new CompletionTransaction(connection, deadline).run(batch));
      } catch (RuntimeException e) {
        SQLException cause = Database.sqlException(e).orElseThrow(() -> e);
        if (!CompletionTransaction.lostAgainstAnother(cause) || repeats == MAX_REPEATS) {
          throw e instanceof StoreUnavailableException
              ? e
              : new StoreUnavailableException("The batch was not written", e);
        }
        LOG.atInfo()
            .addKeyValue("sqlstate", cause.getSQLState())
            .addKeyValue("repeat", repeats + 1)
            .log("Repeats a batch that lost against another transaction");
      }
    }
  }

  private void report(Result result) {
    if (result.stored() > 0) {
      metrics.record(Metric.COMPLETION_RECORDS_STORED, result.stored());
    }
    if (result.repaired() > 0) {
      metrics.record(Metric.GATEWAY_LOST_REPAIRED, result.repaired());
    }
    for (Quarantined row : result.quarantined()) {
      metrics.count(Metric.COMPLETION_QUARANTINED, row.reason());
      LOG.atWarn()
          .addKeyValue("reason", row.reason())
          .addKeyValue("sqlstate", row.sqlstate())
          .addKeyValue("request_id", row.requestId())
          .addKeyValue("account_id", row.accountId())
          .log("Message quarantined");
    }
  }
}
