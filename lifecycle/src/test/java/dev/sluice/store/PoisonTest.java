package dev.sluice.store;

import static dev.sluice.store.Records.LATER;
import static dev.sluice.store.Records.delivery;
import static dev.sluice.store.Records.finished;
import static dev.sluice.store.Records.head;
import static dev.sluice.store.Records.id;
import static dev.sluice.store.Records.started;
import static dev.sluice.store.Records.withModel;
import static dev.sluice.store.StoreFixture.ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.CompletionStore.Delivery;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.RecordBody;
import dev.sluice.completion.StartedRecord;
import dev.sluice.request.ResponseId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Records that PostgreSQL refuses, at every position: their neighbours are stored.
final class PoisonTest {

  private static final Logger LOG = LoggerFactory.getLogger(PoisonTest.class);

  private static StoreFixture fixture;

  /// What can be wrong with one record, and the state that PostgreSQL answers with.
  enum Kind {
    NUL_IN_TEXT("invalid_value"),
    UNPAIRED_SURROGATE("invalid_value"),
    UNKNOWN_ACCOUNT("constraint_violation"),
    CHECK_VIOLATION("constraint_violation"),
    OVER_LONG("constraint_violation"),
    OUT_OF_RANGE("invalid_value"),
    BODY_HASH("constraint_violation"),
    EVENTS_HASH("constraint_violation");

    private final String reason;

    Kind(String reason) {
      this.reason = reason;
    }

    CompletionRecord record(ResponseId id) {
      return switch (this) {
        case NUL_IN_TEXT -> started(withModel(head(id, ACCOUNT), "a\0b"));
        case UNPAIRED_SURROGATE -> started(withModel(head(id, ACCOUNT), "a\ud800b"));
        case UNKNOWN_ACCOUNT -> finished(head(id, new UUID(1, 2)));
        case CHECK_VIOLATION -> finished(head(id, ACCOUNT), -1L);
        case OVER_LONG -> started(withModel(head(id, ACCOUNT), "m".repeat(10_000)));
        case OUT_OF_RANGE -> finished(head(id, ACCOUNT), 1L << 40);
        case BODY_HASH ->
            new StartedRecord(
                head(id, ACCOUNT),
                new RecordBody.Inline(new byte[1], "gzip", "a/b", 1, "nonsense"));
        case EVENTS_HASH -> {
          FinishedRecord finished = finished(id);
          yield finished.with(
              finished.response(),
              new RecordBody.Inline(new byte[1], "gzip", "a/b", 1, "nonsense"));
        }
      };
    }
  }

  @BeforeAll
  static void openDatabase() {
    fixture = StoreFixture.create();
  }

  @AfterAll
  static void closeDatabase() {
    fixture.close();
  }

  @BeforeEach
  void emptyTables() {
    fixture.execute("truncate request, quarantine cascade");
  }

  @ParameterizedTest
  @EnumSource
  void poisonAtEveryPositionOfTenLosesNoNeighbour(Kind kind) {
    for (int position = 0; position < 10; position++) {
      assertNeighboursAreStored(10, List.of(position), kind);
    }
  }

  @Test
  void poisonAtEveryPositionOfAHundredLosesNoNeighbour() {
    Kind[] kinds = Kind.values();
    for (int position = 0; position < 100; position++) {
      assertNeighboursAreStored(100, List.of(position), kinds[position % kinds.length]);
    }
  }

  @Test
  void anyNumberOfPoisonRecordsAtAnyPositionsLosesNoNeighbour() {
    long seed = Long.getLong("sluice.test.seed", 20261121L);
    LOG.atWarn().addKeyValue("seed", seed).log("Random positions");
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    int rounds = 20 * Integer.getInteger("sluice.test.scale", 1);
    for (int round = 0; round < rounds; round++) {
      int size = random.nextBoolean() ? 10 : 100;
      List<Integer> positions = new ArrayList<>();
      for (int position = 0; position < size; position++) {
        if (random.nextInt(size) < 4) {
          positions.add(position);
        }
      }
      Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
      assertNeighboursAreStored(size, positions, kind);
    }
  }

  @Test
  void aBatchOfNothingButPoisonIsQuarantinedWhole() {
    assertNeighboursAreStored(10, IntStream.range(0, 10).boxed().toList(), Kind.CHECK_VIOLATION);
  }

  @Test
  void poisonAmongRecordsOfTheSameRequestLosesNoneOfTheOthers() {
    List<CompletionRecord> records =
        new ArrayList<>(List.of(started(id(1)), finished(id(1)), finished(id(1))));
    records.add(started(withModel(head(id(1), ACCOUNT), "a\0b")));
    for (int rotation = 0; rotation < records.size(); rotation++) {
      emptyTables();
      Collections.rotate(records, 1);

      assertThat(fixture.completions().persist(Records.deliveries(records), LATER)).isEmpty();

      assertThat(fixture.query("select state from request")).containsExactly("completed");
      assertThat(fixture.count("request_body")).isEqualTo(1);
      assertThat(fixture.count("response_body")).isEqualTo(1);
      assertThat(fixture.count("response_event")).isEqualTo(1);
      assertThat(fixture.query("select model from request")).containsExactly(Records.MODEL);
    }
  }

  /// Alternating started and finished records of different requests, poison at these positions.
  private static void assertNeighboursAreStored(int size, List<Integer> positions, Kind kind) {
    fixture.execute("truncate request, quarantine cascade");
    List<Delivery> batch = new ArrayList<>();
    List<String> expectedRows = new ArrayList<>();
    List<String> expectedQuarantine = new ArrayList<>();
    for (int position = 0; position < size; position++) {
      ResponseId id = id(position);
      if (positions.contains(position)) {
        Delivery.Known poison = delivery(kind.record(id));
        batch.add(poison);
        expectedQuarantine.add(kind.reason + "|" + id.uuid() + "|" + poison.message());
      } else {
        batch.add(delivery(position % 2 == 0 ? started(id) : finished(id)));
        expectedRows.add(id.uuid() + "|" + (position % 2 == 0 ? "processing" : "completed"));
      }
    }

    CompletionTransaction.Result result =
        fixture
            .transactions()
            .write(connection -> new CompletionTransaction(connection, LATER).run(batch));

    String description = kind + " at " + positions + " of " + size;
    assertThat(result.undone()).as(description).isEmpty();
    assertThat(result.stored()).as(description).isEqualTo(size - positions.size());
    assertThat(fixture.query("select id, state from request order by id"))
        .as(description)
        .isEqualTo(expectedRows);
    assertThat(
            fixture.query(
                """
                select reason, request_id, convert_from(message, 'utf8')
                from quarantine order by request_id
                """))
        .as(description)
        .isEqualTo(expectedQuarantine);
    int halvings = 32 - Integer.numberOfLeadingZeros(size - 1);
    assertThat(result.tries())
        .as(description)
        .isLessThanOrEqualTo(2 * positions.size() * halvings + 1);
  }
}
