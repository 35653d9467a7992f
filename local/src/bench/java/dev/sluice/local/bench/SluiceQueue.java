package dev.sluice.local.bench;

import dev.sluice.completion.RecordBody;
import dev.sluice.emulators.PostgresServer.Database;
import dev.sluice.request.ClaimStore;
import dev.sluice.request.ClaimStore.AttemptEnd;
import dev.sluice.request.ClaimStore.Ended;
import dev.sluice.request.ClaimStore.Start;
import dev.sluice.request.ClaimStore.Wanted;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.Request.Claimed;
import dev.sluice.request.StoredBody;
import dev.sluice.telemetry.MetricSeries;
import io.micronaut.context.ApplicationContext;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Ours, as one run of the daemon uses it: one connection, and sets of 100 rows that are claimed,
/// started and ended. The rows belong to ten accounts.
final class SluiceQueue implements BenchedQueue {

  static final int SET = 100;

  private static final int ROWS = 10_000;
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final UUID RUN = UUID.fromString("00000000-0000-4000-8000-000000000001");
  private static final List<Wanted> WANTED = List.of(new Wanted("m", 1_000_000, SET, 0));

  private final Database database;
  private final @Nullable StoredBody answer;
  private final ApplicationContext context;
  private final ClaimStore store;
  private long claimNanos;

  private SluiceQueue(Database database, @Nullable StoredBody answer) {
    this.database = database;
    this.answer = answer;
    this.context =
        ApplicationContext.builder()
            .deduceEnvironment(false)
            .banner(false)
            .properties(
                Map.of(
                    "datasources.default.url",
                    database.url(),
                    "datasources.default.username",
                    Database.USER,
                    "datasources.default.password",
                    ""))
            .singletons(new MetricSeries())
            .start();
    this.store = context.getBean(ClaimStore.class);
  }

  /// A queue whose calls answer nothing, as the jobs of the peers do.
  static SluiceQueue of(Database database) {
    return new SluiceQueue(database, null);
  }

  /// A queue whose calls answer 1 KB, which is stored as it is in the product.
  static SluiceQueue storingAnswers(Database database) {
    RecordBody.Inline body =
        RecordBody.gzip(
            "word ".repeat(200).getBytes(StandardCharsets.US_ASCII), "application/json");
    return new SluiceQueue(
        database,
        new StoredBody(
            body.bytes(), body.encoding(), body.contentType(), body.length(), body.sha256()));
  }

  @Override
  public int rows() {
    return ROWS;
  }

  private static final String ACCOUNTS =
      """
      insert into account (id, name, status, created_at)
      select ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, 't', 'active', now()
      from generate_series(0, 9) as n
      on conflict do nothing
      """;

  /// With ids of version 7, the newest last.
  private static final String REQUESTS =
      """
      insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
        background, store, lane, state, created_at, tier_class, deadline)
      select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
          || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid,
        ('00000000-0000-7000-9000-' || lpad((n %% 10)::text, 12, '0'))::uuid, 'k', '',
        '/v1/responses', 'm', 'flex', false, false, true, 'daemon', 'pending', now(), 1,
        now() + interval '1 hour' + n * interval '1 millisecond'
      from generate_series(1, %d) as n
      """
          .formatted(ROWS);

  private static final String BODIES =
      """
      insert into request_body (request_id, account_id, bytes, encoding, content_type, length,
        sha256)
      select id, account_id, decode(repeat('00', 200), 'hex'), 'identity', 'application/json', 200,
        repeat('0', 64)
      from request where state = 'pending'
      """;

  @Override
  public void fill() throws SQLException {
    BenchedQueue.execute(database.dataSource(), ACCOUNTS);
    BenchedQueue.execute(database.dataSource(), REQUESTS);
    BenchedQueue.execute(database.dataSource(), BODIES);
    BenchedQueue.execute(database.dataSource(), "vacuum analyze");
  }

  @Override
  public double drain() {
    claimNanos = 0;
    long begin = System.nanoTime();
    for (int done = 0; done < ROWS; done += SET) {
      List<Start> starts =
          claim().stream().map(claimed -> new Start(claimed, "bench", "m")).toList();
      List<Ended> ended = store.start(starts).started().stream().map(this::completed).toList();
      long saved =
          store.end(ended).moves().values().stream().filter(ClaimStore.Move.SAVED::equals).count();
      if (saved != SET) {
        throw new IllegalStateException("Of " + SET + " rows " + saved + " were ended");
      }
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  /// Claims all rows and does nothing with them.
  void claimAll() {
    for (int done = 0; done < ROWS; done += SET) {
      var _ = claim();
    }
  }

  private List<Claimed> claim() {
    long begin = System.nanoTime();
    List<Claimed> claimed = store.claim(RUN, WANTED, LEASE).claimed();
    claimNanos += System.nanoTime() - begin;
    if (claimed.size() != SET) {
      throw new IllegalStateException("Of " + SET + " rows " + claimed.size() + " were claimed");
    }
    return claimed;
  }

  /// How long the claims of the last round took, in seconds.
  double claimSeconds() {
    return claimNanos / 1e9;
  }

  private Ended completed(Work work) {
    Instant now = Instant.now();
    return new Ended.Finish(
        work.request(),
        work.request().complete(200, false, null, now),
        new AttemptEnd("bench", "m", now, 200, null, null),
        answer);
  }

  @Override
  public void close() {
    context.close();
  }
}
