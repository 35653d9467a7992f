package dev.sluice.completion.fn;

import static dev.sluice.completion.fn.Fixture.event;
import static dev.sluice.completion.fn.Fixture.failures;
import static dev.sluice.completion.fn.Records.ACCOUNT;
import static dev.sluice.completion.fn.Records.finished;
import static dev.sluice.completion.fn.Records.started;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import dev.sluice.completion.RecordBody;
import dev.sluice.emulators.LambdaContext;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.MetricSeries;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CompletionHandlerTest {

  @TempDir private Path objects;
  private Fixture fixture;
  private CompletionHandler handler;

  @BeforeEach
  void start() {
    fixture = Fixture.create(objects);
    handler = fixture.handler();
  }

  @AfterEach
  void stop() {
    handler.close();
  }

  private List<String> handle(SQSEvent event) {
    return failures(handler.handleRequest(event, null));
  }

  @Test
  void aHundredMixedRecordsBecomeTheirRowsAndARepeatChangesNothing() {
    SQSEvent event = event(Records.mixed(100));

    assertThat(handle(event)).isEmpty();
    List<String> rows = fixture.everything();
    assertThat(handle(event)).isEmpty();

    assertThat(fixture.everything()).isEqualTo(rows);
    assertThat(fixture.query("select state, count(*) from request group by state order by state"))
        .containsExactly("completed|50");
    assertThat(fixture.count("request_body")).isEqualTo(25);
    assertThat(fixture.count("response_body")).isEqualTo(50);
  }

  @Test
  void aFullBatchLeavesItsConnectionToTheNextAndAShorterOneLeavesNone() {
    assertThat(handle(event(Records.mixed(100)))).isEmpty();
    fixture.awaitSessions(1);

    assertThat(handle(event(Records.mixed(99)))).isEmpty();
    fixture.awaitSessions(0);
  }

  @Test
  void aConnectionThatDiedBetweenTwoFullBatchesFailsNothing() {
    for (int i = 0; i < 3; i++) {
      assertThat(handle(event(Records.mixed(100)))).isEmpty();
      fixture.awaitSessions(1);

      fixture.execute(
          """
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()
          """);
      fixture.awaitSessions(0);
    }
    assertThat(handle(event(Records.mixed(100)))).isEmpty();
  }

  @Test
  void startingTheFunctionAndAnEmptyEventOpenNoConnection() throws IOException {
    try (ServerSocket database = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        CompletionHandler started = handlerOn(database.getLocalPort())) {
      SQSEvent withoutList = new SQSEvent();

      assertThat(failures(started.handleRequest(event(List.of()), null))).isEmpty();
      assertThat(failures(started.handleRequest(withoutList, null))).isEmpty();
      assertThat(failures(started.handleRequest(event(List.of("not a record")), null)))
          .containsExactly("m0");

      database.setSoTimeout(200);
      assertThatThrownBy(database::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void withoutADatabaseTheWholeBatchComesBack() {
    try (CompletionHandler started = handlerOn(1)) {
      assertThatThrownBy(() -> started.handleRequest(event(List.of(started(1), "junk")), null))
          .isInstanceOf(StoreUnavailableException.class);
    }
  }

  private CompletionHandler handlerOn(int port) {
    return Fixture.handler(
        "jdbc:postgresql://127.0.0.1:" + port + "/none", objects, new MetricSeries());
  }

  @Test
  void whatCannotBeReadComesBackAndItsNeighboursAreStored() {
    String newer = started(2).replace("\"schema_version\":1", "\"schema_version\":2");
    List<@Nullable String> bodies =
        Arrays.asList(
            started(1), newer, "", "{}", "[]", "{\"schema_version\":1", null, finished(3));

    List<String> failed = handle(event(bodies));

    assertThat(failed).containsExactly("m1", "m2", "m3", "m4", "m5", "m6");
    assertThat(fixture.query("select id from request order by id"))
        .containsExactly(Records.id(1).uuid().toString(), Records.id(3).uuid().toString());
    assertThat(fixture.count("quarantine")).isZero();
    assertThat(total(Metric.COMPLETION_PARTIAL_FAILURES, "newer_schema")).isEqualTo(1);
    assertThat(total(Metric.COMPLETION_PARTIAL_FAILURES, "unreadable")).isEqualTo(5);
  }

  @Test
  void aRecordThatLacksWhatEveryRowHasIsQuarantinedNeverStoredBlank() {
    List<String> incomplete = new ArrayList<>();
    for (String member : List.of("request_id", "account_id", "endpoint", "model", "tier")) {
      incomplete.add(
          finished(1).replaceFirst("\"" + member + "\":\"[^\"]*\"", "\"" + member + "\":\" \""));
      incomplete.add(finished(1).replaceFirst("\"" + member + "\":\"[^\"]*\",", ""));
    }

    assertThat(handle(event(incomplete))).isEmpty();

    assertThat(fixture.count("request")).isZero();
    assertThat(fixture.query("select reason, count(*) from quarantine group by reason"))
        .containsExactly("incomplete_record|10");
  }

  @Test
  void aForeignRecordIsQuarantinedAndAcknowledged() {
    UUID other = new UUID(7, 7);
    fixture.execute(
        "insert into account (id, name, status, created_at) values ('%s', 'b', 'active', now())"
            .formatted(other));

    assertThat(handle(event(List.of(started(1))))).isEmpty();
    assertThat(handle(event(List.of(finished(1, other, Records.body("forged")))))).isEmpty();

    assertThat(fixture.query("select state, account_id from request"))
        .containsExactly("processing|" + ACCOUNT);
    assertThat(fixture.query("select reason from quarantine")).containsExactly("account_mismatch");
    assertThat(fixture.count("response_body")).isZero();
  }

  @Test
  void aBodyThatLiesElsewhereIsFetchedAndStored() throws IOException {
    RecordBody.Inline body = Records.body("large ".repeat(10_000));
    write("a/b/c", body.bytes());

    assertThat(handle(event(List.of(started(1, body.movedTo("a/b/c")))))).isEmpty();
    assertThat(handle(event(List.of(finished(1, ACCOUNT, body.movedTo("a/b/c")))))).isEmpty();

    assertThat(
            fixture.query(
                """
                select encode(q.bytes, 'hex') = encode(s.bytes, 'hex'), q.length
                from request_body q join response_body s on s.request_id = q.request_id
                """))
        .containsExactly("t|60000");
    assertThat(fixture.query("select encode(sha256(bytes), 'hex') from request_body"))
        .containsExactly(RecordBody.sha256(body.bytes()));
  }

  @Test
  void eventsThatLieElsewhereAreFetchedAndStored() throws IOException {
    RecordBody.Inline body = Records.body("small");
    RecordBody.Inline events = Records.body("event: large\n\n".repeat(10_000));
    write("a/b/events", events.bytes());

    assertThat(handle(event(List.of(finished(1, ACCOUNT, body, events.movedTo("a/b/events"))))))
        .isEmpty();
    assertThat(handle(event(List.of(finished(2, ACCOUNT, body, events.movedTo("a/missing"))))))
        .hasSize(1);

    assertThat(
            fixture.query(
                "select encode(sha256(bytes), 'hex'), length, first_sequence from response_event"))
        .containsExactly(RecordBody.sha256(events.bytes()) + "|140000|0");
    assertThat(fixture.count("response_body")).isEqualTo(1);
  }

  @Test
  void aDeletedResponseIsEndedWithoutTheBodyThatWentWithIt() {
    RecordBody.Inline body = Records.body("large");
    assertThat(handle(event(List.of(started(1))))).isEmpty();
    fixture.execute("update request set deleted_at = now()");

    assertThat(handle(event(List.of(finished(1, ACCOUNT, body.movedTo("a/deleted")))))).isEmpty();

    assertThat(fixture.query("select state from request")).containsExactly("completed");
    assertThat(fixture.count("response_body")).isZero();
    assertThat(fixture.count("quarantine")).isZero();
  }

  @Test
  void aMissingOrWrongObjectComesBackUntilItIsHopeless() throws IOException {
    RecordBody.Inline body = Records.body("large");
    write("a/cut", Arrays.copyOf(body.bytes(), body.bytes().length - 5));
    write("a/other", Records.body("lorge").bytes());
    write("a/longer", Records.body("large!").bytes());
    write("a/plain", "large".getBytes(StandardCharsets.UTF_8));
    List<String> records = new ArrayList<>();
    for (String name : List.of("a/cut", "a/other", "a/longer", "a/plain", "a/missing")) {
      records.add(started(records.size(), body.movedTo(name)));
    }
    records.add(started(100));

    assertThat(handle(event(records, 9))).containsExactly("m0", "m1", "m2", "m3", "m4");
    assertThat(fixture.count("quarantine")).isZero();
    assertThat(fixture.count("request")).isEqualTo(1);
    assertThat(total(Metric.COMPLETION_PARTIAL_FAILURES, "wrong_object")).isEqualTo(4);
    assertThat(total(Metric.COMPLETION_PARTIAL_FAILURES, "missing_object")).isEqualTo(1);
    assertThat(total(Metric.COMPLETION_REDELIVERED, "9")).isEqualTo(6);

    assertThat(handle(event(records, 10))).isEmpty();
    assertThat(
            fixture.query(
                "select reason, count(*) from quarantine group by reason order by reason"))
        .containsExactly("missing_object|1", "wrong_object|4");
    assertThat(fixture.count("request")).isEqualTo(1);
    assertThat(total(Metric.COMPLETION_REDELIVERED, "10+")).isEqualTo(6);
  }

  @Test
  void aMessageWithoutAnIdentifierThatMustComeBackBringsAllBack() {
    for (@Nullable String id : Arrays.asList(null, "", " ")) {
      SQSEvent event = event(List.of(started(1), "unreadable"));
      event.getRecords().get(1).setMessageId(id);

      assertThatThrownBy(() -> handler.handleRequest(event, null))
          .as("%s", id)
          .isInstanceOf(IllegalStateException.class);
    }
    SQSEvent stored = event(List.of(started(1)));
    stored.getRecords().getFirst().setMessageId(null);
    assertThat(handle(stored)).as("nothing has to be named").isEmpty();
  }

  @Test
  void withoutTimeLeftEverythingIsReportedAndNothingWritten() {
    SQSEvent event = event(Records.mixed(10));

    List<String> failed =
        failures(handler.handleRequest(event, invocation(Duration.ofMillis(4_999))));

    assertThat(failed).hasSize(10).doesNotHaveDuplicates();
    assertThat(fixture.count("request")).isZero();
    assertThat(total(Metric.COMPLETION_PARTIAL_FAILURES, "out_of_time")).isEqualTo(10);
    assertThat(failures(handler.handleRequest(event, invocation(Duration.ofMinutes(1))))).isEmpty();
  }

  private static Context invocation(Duration remaining) {
    return LambdaContext.starting("completion", "invocation", null, remaining);
  }

  @Test
  void messagesWithoutAttributesCountAsFirstDeliveries() {
    SQSEvent event = event(List.of(started(1)));
    event.getRecords().getFirst().setAttributes(null);

    assertThat(handle(event)).isEmpty();

    assertThat(fixture.metrics.snapshot().keySet())
        .noneMatch(key -> key.metric() == Metric.COMPLETION_REDELIVERED);
    assertThat(total(Metric.COMPLETION_BATCH_SIZE)).isEqualTo(1);
    assertThat(total(Metric.COMPLETION_RECORDS_STORED)).isEqualTo(1);
  }

  private void write(String name, byte[] bytes) throws IOException {
    Path file = objects.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  private double total(Metric metric, String... labels) {
    MetricSeries.Total total =
        fixture.metrics.snapshot().get(new MetricSeries.Key(metric, List.of(labels)));
    return total == null ? 0 : total.sum();
  }
}
