package dev.sluice.wiring;

import dev.sluice.completion.CompletionStore;
import dev.sluice.request.RequestStore;
import dev.sluice.store.Database;
import dev.sluice.store.PostgresCompletionStore;
import dev.sluice.store.PostgresRequestStore;
import dev.sluice.telemetry.Metrics;
import io.micronaut.context.annotation.Factory;
import io.micronaut.transaction.TransactionOperations;
import jakarta.inject.Singleton;
import java.sql.Connection;

/// The stores. None of them touches the database before it is asked for something.
@Factory
final class StoreFactory {

  @Singleton
  Database database(
      TransactionOperations<Connection> transactions, DatabaseConfiguration configuration) {
    return new Database(transactions, configuration.statementTimeout());
  }

  @Singleton
  RequestStore requestStore(Database database) {
    return new PostgresRequestStore(database);
  }

  @Singleton
  CompletionStore completionStore(Database database, Metrics metrics) {
    return new PostgresCompletionStore(database, metrics);
  }
}
