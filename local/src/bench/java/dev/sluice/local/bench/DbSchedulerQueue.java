package dev.sluice.local.bench;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.emulators.PostgresServer.Database;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/// db-scheduler with its faster way of polling, which locks and fetches many rows by one statement.
/// Each execution ends in a transaction of its own, so many threads share the waits for the disk.
final class DbSchedulerQueue implements BenchedQueue {

  private static final int ROWS = 3_000;
  private static final int THREADS = 50;

  private final HikariDataSource database;
  private volatile CountDownLatch left = new CountDownLatch(0);

  DbSchedulerQueue(Database database) throws SQLException {
    HikariConfig configuration = new HikariConfig();
    configuration.setDataSource(database.dataSource());
    configuration.setMaximumPoolSize(THREADS);
    this.database = new HikariDataSource(configuration);
    BenchedQueue.execute(this.database, TABLE);
  }

  /// As its documentation says.
  private static final String TABLE =
      """
      create table scheduled_tasks (
        task_name text not null,
        task_instance text not null,
        task_data bytea,
        execution_time timestamptz,
        picked boolean not null,
        picked_by text,
        last_success timestamptz,
        last_failure timestamptz,
        consecutive_failures int,
        last_heartbeat timestamptz,
        version bigint not null,
        priority smallint,
        state text,
        primary key (task_name, task_instance));
      create index execution_time_idx on scheduled_tasks (execution_time);
      create index last_heartbeat_idx on scheduled_tasks (last_heartbeat);
      create index priority_execution_time_idx
        on scheduled_tasks (priority desc, execution_time asc)
      """;

  @Override
  public int rows() {
    return ROWS;
  }

  private static final String FILL =
      """
      insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version)
      select 'nothing', n::text, now() - interval '1 minute', false, 1
      from generate_series(1, %d) as n
      """
          .formatted(ROWS);

  @Override
  public void fill() throws SQLException {
    BenchedQueue.execute(database, FILL);
    BenchedQueue.execute(database, "vacuum analyze");
  }

  @Override
  public double drain() throws InterruptedException {
    left = new CountDownLatch(ROWS);
    CustomTask<Void> task =
        Tasks.custom("nothing", Void.class)
            .execute((_, _) ->
                (_, operations) -> {
                  operations.remove();
                  left.countDown();
                });
    Scheduler scheduler =
        Scheduler.create(database, task)
            .threads(THREADS)
            .pollUsingLockAndFetch(0.5, 4.0)
            .pollingInterval(Duration.ofMillis(100))
            .build();
    long begin = System.nanoTime();
    scheduler.start();
    left.await();
    double seconds = (System.nanoTime() - begin) / 1e9;
    scheduler.stop();
    return seconds;
  }

  @Override
  public void close() {
    database.close();
  }
}
