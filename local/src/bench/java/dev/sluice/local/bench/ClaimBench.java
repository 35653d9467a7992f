package dev.sluice.local.bench;

import dev.sluice.emulators.PostgresServer;
import dev.sluice.emulators.PostgresServer.Database;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// What the queue costs: rows that are claimed, started and ended with a call that does nothing,
/// beside db-scheduler and graphile-worker on the same PostgreSQL with fsync on. Each queue has a
/// database of its own there, and all have one round after the other. graphile-worker is left out
/// where npm cannot install it.
public final class ClaimBench {

  private static final int ROUNDS = 7;
  private static final int WARM_UP_ROUNDS = 1;
  private static final int COMMITS = 200;
  private static final Duration END_OF_SESSIONS = Duration.ofSeconds(10);

  private final DataSource server;
  private final Map<BenchedQueue, double[]> rates = new LinkedHashMap<>();
  private final Map<BenchedQueue, double[]> transactions = new LinkedHashMap<>();
  private final double[] claims = new double[ROUNDS];
  private final double[] commits = new double[ROUNDS];

  private ClaimBench(Database database) throws SQLException {
    this.server = database.dataSource();
    BenchedQueue.execute(server, "create table bench_row (id int)");
  }

  public static void main(String[] arguments)
      throws SQLException, IOException, InterruptedException {
    try (PostgresServer server = PostgresServer.start()) {
      ClaimBench bench = new ClaimBench(server.newDatabase());
      Database ours = server.newDatabase();
      try (SluiceQueue sluice = SluiceQueue.of(ours);
          SluiceQueue storing = SluiceQueue.storingAnswers(ours);
          DbSchedulerQueue scheduler = new DbSchedulerQueue(server.newDatabase());
          @Nullable GraphileQueue graphile = GraphileQueue.start(server)) {
        bench.compare(sluice, storing, scheduler, graphile);
      }
      bench.countBuffers(server.newDatabase());
    }
    System.exit(0);
  }

  private void compare(
      SluiceQueue sluice,
      SluiceQueue storing,
      DbSchedulerQueue scheduler,
      @Nullable GraphileQueue graphile)
      throws SQLException, IOException, InterruptedException {
    for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      run(sluice, round);
      if (round >= 0) {
        claims[round] = sluice.rows() / sluice.claimSeconds();
      }
      run(storing, round);
      run(scheduler, round);
      if (graphile != null) {
        run(graphile, round);
      }
      double perSecond = commitsPerSecond();
      if (round >= 0) {
        commits[round] = perSecond;
      }
    }
    print(sluice, storing, scheduler, graphile);
  }

  private void run(BenchedQueue queue, int round)
      throws SQLException, IOException, InterruptedException {
    queue.fill();
    long before = transaction();
    double rate = queue.rows() / queue.drain();
    double each = (double) (transaction() - before - 1) / queue.rows();
    if (round >= 0) {
      rates.computeIfAbsent(queue, _ -> new double[ROUNDS])[round] = rate;
      transactions.computeIfAbsent(queue, _ -> new double[ROUNDS])[round] = each;
    }
  }

  /// The id of a transaction: those that write are numbered over the whole server.
  private long transaction() throws SQLException {
    try (Connection connection = server.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select pg_current_xact_id()::text::bigint")) {
      return single(row);
    }
  }

  private double commitsPerSecond() throws SQLException {
    try (Connection connection = server.getConnection();
        PreparedStatement insert =
            connection.prepareStatement("insert into bench_row (id) values (1)")) {
      long begin = System.nanoTime();
      for (int i = 0; i < COMMITS; i++) {
        var _ = insert.executeUpdate();
      }
      return COMMITS * 1e9 / (System.nanoTime() - begin);
    }
  }

  private void print(
      SluiceQueue sluice,
      SluiceQueue storing,
      DbSchedulerQueue scheduler,
      @Nullable GraphileQueue graphile) {
    Figures.printRounds("one-row commits", commits, "commits/s", "floor");
    Figures.printRounds("claims, sets of 100", claims, "rows/s", "");
    printRates("claim, start, end", sluice, "");
    printRates("claim, start, end with an answer of 1 KB", storing, "");
    printRates("db-scheduler", scheduler, "peer");
    if (graphile != null) {
      printRates(GraphileQueue.PACKAGE + ", batched", graphile, "peer");
    }
    printRatio("ratio to db-scheduler", sluice, scheduler, ">=6");
    if (graphile != null) {
      printRatio("ratio to graphile-worker, batched", sluice, graphile, ">=2");
    }
    printTransactions("claim, start, end", sluice, "<=0.1");
    printTransactions("db-scheduler", scheduler, "peer");
    if (graphile != null) {
      printTransactions(GraphileQueue.PACKAGE, graphile, "peer");
    }
  }

  private void printRates(String name, BenchedQueue queue, String limit) {
    Figures.printRounds(name, rates(queue), "rows/s", limit);
  }

  private void printRatio(String name, BenchedQueue queue, BenchedQueue peer, String limit) {
    Figures.printRounds(name, Figures.ratios(rates(queue), rates(peer)), "x", limit);
  }

  private void printTransactions(String name, BenchedQueue queue, String limit) {
    double[] each = transactions.getOrDefault(queue, new double[ROUNDS]);
    Figures.printRounds("transactions that write, " + name, each, "a row", limit);
  }

  private double[] rates(BenchedQueue queue) {
    return rates.getOrDefault(queue, new double[ROUNDS]);
  }

  /// A session tells its counts at the latest when it ends. What it takes to begin one is counted
  /// as well, and is little beside so many rows.
  private void countBuffers(Database database) throws SQLException {
    SluiceQueue filling = SluiceQueue.of(database);
    filling.fill();
    filling.close();
    database.awaitSessions(0, END_OF_SESSIONS);
    long before = buffers(database);
    SluiceQueue claiming = SluiceQueue.of(database);
    claiming.claimAll();
    claiming.close();
    database.awaitSessions(0, END_OF_SESSIONS);
    Figures.print(
        "buffers a claimed row, all statements, reads and writes",
        (double) (buffers(database) - before) / claiming.rows(),
        "buffers",
        "");
  }

  private long buffers(Database database) throws SQLException {
    try (Connection connection = server.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "select blks_hit + blks_read from pg_stat_database where datname = ?")) {
      select.setString(1, database.name());
      try (ResultSet row = select.executeQuery()) {
        return single(row);
      }
    }
  }

  private static long single(ResultSet row) throws SQLException {
    if (!row.next()) {
      throw new SQLException("No row");
    }
    return row.getLong(1);
  }
}
