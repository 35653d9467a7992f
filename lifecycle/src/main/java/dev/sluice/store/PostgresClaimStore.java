package dev.sluice.store;

import dev.sluice.request.ClaimStore;
import dev.sluice.request.Request.Claimed;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.Request.Held;
import dev.sluice.request.ResponseId;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// The queue in PostgreSQL, as the daemon's runs see it. Safe for use by several threads.
@Singleton
final class PostgresClaimStore implements ClaimStore {

  private final Database database;

  PostgresClaimStore(Database database) {
    this.database = database;
  }

  @Override
  public Claims claim(UUID daemonId, List<Wanted> wanted, Duration lease) {
    return database.write(
        connection -> new ClaimTransaction(connection, daemonId, lease).run(wanted));
  }

  @Override
  public boolean isAnythingDue(Set<String> models) {
    return database.read(connection -> DueStatement.isAnythingDue(connection, models));
  }

  @Override
  public Started start(List<Start> starts) {
    return database.write(connection -> StartStatements.start(connection, starts));
  }

  @Override
  public Moved release(List<Claimed> held) {
    return database.write(connection -> HeldStatements.release(connection, held));
  }

  @Override
  public Moved drain(List<Dispatched> held, Map<ResponseId, AttemptEnd> attempts) {
    return database.write(connection -> EndStatements.drain(connection, held, attempts));
  }

  @Override
  public Moved end(List<Ended> ended) {
    return database.write(connection -> EndStatements.end(connection, ended));
  }

  @Override
  public Moved extend(List<? extends Held> held, Duration lease) {
    return database.write(connection -> HeldStatements.extend(connection, held, lease));
  }

  @Override
  public Moved check(List<? extends Held> held) {
    return database.read(connection -> HeldStatements.check(connection, held));
  }

  @Override
  public Page expire(int limit, Duration within) {
    return database.write(within, connection -> OverdueStatements.expire(connection, limit));
  }

  @Override
  public Page rescue(int limit, int maxCrashes, Duration within) {
    return database.write(
        within, connection -> OverdueStatements.rescue(connection, limit, maxCrashes));
  }
}
