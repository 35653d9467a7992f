package dev.sluice.store;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.sluice.sandbox.HeldConnections;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import javax.sql.DataSource;

/// The connections of the pool, which can all be closed while no transaction runs. Safe for use by
/// several threads.
@Singleton
final class DatabaseConnections implements HeldConnections {

  private final HikariDataSource pool;

  /// Shared by transactions. A release does not queue for it: while somebody else's transaction
  /// runs, their own release will close what is left.
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  DatabaseConnections(DataSource dataSource) throws SQLException {
    this.pool = dataSource.unwrap(HikariDataSource.class);
  }

  /// Runs a whole transaction, whose connection is safe from [#release()] meanwhile.
  <T> T use(Supplier<T> transaction) {
    lock.readLock().lock();
    try {
      return transaction.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void release() {
    whenUnused(this::close);
  }

  @Override
  public void verify() {
    whenUnused(() -> {
      if (!physical().allAnswer()) {
        close();
      }
    });
  }

  private void whenUnused(Runnable action) {
    if (!lock.writeLock().tryLock()) {
      return;
    }
    try {
      action.run();
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void close() {
    physical().closeAll();
    HikariPoolMXBean idle = pool.getHikariPoolMXBean();
    if (idle != null) {
      // The pool forgets them at once; what it does in the background finds them closed.
      idle.softEvictConnections();
    }
  }

  /// A database takes few connections, and every sandbox would like one.
  @Override
  public boolean isScarce() {
    return true;
  }

  private PhysicalConnections physical() {
    if (pool.getDataSource() instanceof PhysicalConnections connections) {
      return connections;
    }
    throw new IllegalStateException("The pool opens its connections by itself");
  }

  /// How many are open.
  int count() {
    return physical().count();
  }
}
