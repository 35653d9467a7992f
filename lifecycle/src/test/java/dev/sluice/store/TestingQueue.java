package dev.sluice.store;

import static dev.sluice.store.Records.id;

import dev.sluice.request.ClaimStore;
import dev.sluice.request.ClaimStore.AttemptEnd;
import dev.sluice.request.ClaimStore.Claims;
import dev.sluice.request.ClaimStore.Start;
import dev.sluice.request.ClaimStore.Wanted;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.Request.Claimed;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.TierClass;
import dev.sluice.request.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A queue with known rows, and a run of the daemon that works on it.
final class TestingQueue {

  static final String MODEL = "m";
  static final UUID RUN = new UUID(0x1234_0000_4000L, 1L << 63 | 1);
  static final UUID OTHER_RUN = new UUID(0x1234_0000_4000L, 1L << 63 | 2);
  static final Duration LEASE = Duration.ofSeconds(30);

  final StoreFixture fixture;
  final ClaimStore store;

  TestingQueue(StoreFixture fixture) {
    this.fixture = fixture;
    this.store = fixture.claims();
  }

  /// A pending row.
  ///
  /// @param deadline in SQL
  /// @param notBefore in SQL
  record Row(
      long number,
      UUID account,
      String model,
      ServiceTier tier,
      String deadline,
      String notBefore) {

    static Row flex(long number) {
      return new Row(
          number,
          StoreFixture.ACCOUNT,
          MODEL,
          ServiceTier.FLEX,
          "now() + interval '1 hour' + %d * interval '1 second'".formatted(number),
          "null");
    }

    static Row of(ServiceTier tier, long number) {
      return new Row(number, StoreFixture.ACCOUNT, MODEL, tier, "null", "null");
    }

    Row of(UUID other) {
      return new Row(number, other, model, tier, deadline, notBefore);
    }

    Row forModel(String other) {
      return new Row(number, account, other, tier, deadline, notBefore);
    }

    Row until(String other) {
      return new Row(number, account, model, tier, other, notBefore);
    }

    /// @param other in SQL
    Row delayedTo(String other) {
      return new Row(number, account, model, tier, deadline, other);
    }
  }

  void add(Row... rows) {
    for (Row row : rows) {
      fixture.execute(
          """
          insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
            background, store, lane, state, created_at, tier_class, deadline, not_before, attempt)
          values ('%s', '%s', 'key00001', 'trace-%d', '/v1/responses', '%s', '%s', false, false,
            true, 'daemon', 'pending', now(), %d, %s, %s, %s)
          """
              .formatted(
                  id(row.number()).uuid(),
                  row.account(),
                  row.number(),
                  row.model(),
                  row.tier().text(),
                  TierClass.of(row.tier()).rank(),
                  row.deadline(),
                  row.notBefore(),
                  "null".equals(row.notBefore()) ? "0" : "1"));
    }
  }

  /// Many flex rows, numbered from the first, in the order of their deadlines.
  void addFlex(long first, int count, UUID account, String model) {
    fixture.execute(
        """
        insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
          background, store, lane, state, created_at, tier_class, deadline)
        select (lpad(to_hex(x'19000000000'::bigint + n), 12, '0') || '70008000000000000000')::uuid,
          '%s', 'key00001', '', '/v1/responses', '%s', 'flex', false, false, true, 'daemon',
          'pending', now(), 1, now() + interval '1 hour' + n * interval '1 millisecond'
        from generate_series(%d, %d) as n
        """
            .formatted(account, model, first, first + count - 1));
  }

  Claims claim(Wanted... wanted) {
    return store.claim(RUN, List.of(wanted), LEASE);
  }

  static Wanted wanted(int free) {
    return new Wanted(MODEL, 1_000, free, 1_000);
  }

  /// The row of this number, claimed.
  Claimed claimed(long number) {
    add(Row.flex(number));
    return claim(wanted(1)).claimed().getFirst();
  }

  Dispatched dispatched(long number) {
    return start(List.of(claimed(number))).getFirst().request();
  }

  List<Work> start(List<Claimed> claimed) {
    return store
        .start(claimed.stream().map(one -> new Start(one, "one", "m-1")).toList())
        .started();
  }

  static AttemptEnd attempt(Instant at, int status, @Nullable String error) {
    return new AttemptEnd("two", "m-2", at, status, new Usage(5, 4, 3, 2), error);
  }

  /// The whole row, its place and version included, and its attempts and body.
  List<String> everything(long number) {
    return fixture.query(
        """
        select r.ctid, r.xmin, to_jsonb(r),
          (select jsonb_agg(to_jsonb(a)) from request_attempt a where a.request_id = r.id),
          (select to_jsonb(b) from response_body b where b.request_id = r.id)
        from request r where r.id = '%s'
        """
            .formatted(id(number).uuid()));
  }

  String column(long number, String column) {
    return fixture
        .query("select %s from request where id = '%s'".formatted(column, id(number).uuid()))
        .getFirst();
  }
}
