package dev.sluice.local.bench;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.RecordBody;
import dev.sluice.completion.RecordCodec;
import dev.sluice.completion.StartedRecord;
import dev.sluice.completion.fn.CompletionHandler;
import dev.sluice.emulators.PostgresServer;
import dev.sluice.request.Endpoint;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.Usage;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.postgresql.PGConnection;

/// completion-fn from SQS event in to commit out, against a plain JDBC batch of uncompressed bodies
/// and against raw COPY, on the same PostgreSQL with fsync on. One event holds 100 records: both
/// records of 50 requests.
public final class CompletionBench {

  private static final int ROUNDS = 9;
  private static final int EVENTS_A_ROUND = 10;
  private static final int RECORDS_AN_EVENT = 100;
  private static final UUID ACCOUNT = UUID.fromString("00000000-0000-4000-8000-00000000000a");

  private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
  private final PostgresServer.Database database;
  private final Connection plain;
  private long ids = 1;

  private CompletionBench(PostgresServer.Database database) throws SQLException {
    this.database = database;
    this.plain =
        DriverManager.getConnection(
            database.url() + "?reWriteBatchedInserts=true", PostgresServer.Database.USER, "");
    plain.setAutoCommit(false);
  }

  public static void main(String[] arguments) throws SQLException, IOException {
    try (PostgresServer server = PostgresServer.start()) {
      CompletionBench bench = new CompletionBench(server.newDatabase());
      bench.prepare();
      bench.compare(2 * 1024);
      bench.compare(10 * 1024);
    }
  }

  private void prepare() throws SQLException {
    try (Statement statement = plain.createStatement()) {
      statement.execute(
          "insert into account (id, name, status, created_at) values ('"
              + ACCOUNT
              + "', 'bench', 'active', now())");
      statement.execute(
          "create table bench_row (id uuid primary key, model text, request text, response text)");
    }
    plain.commit();
  }

  private void compare(int bodyBytes) throws SQLException, IOException {
    double[] ours = new double[ROUNDS];
    double[] again = new double[ROUNDS];
    double[] batch = new double[ROUNDS];
    double[] copy = new double[ROUNDS];
    try (CompletionHandler handler = new CompletionHandler(properties())) {
      storeEvents(handler, events(bodyBytes)); // warm-up
      jdbcBatch(bodyBytes);
      for (int round = 0; round < ROUNDS; round++) {
        List<SQSEvent> events = events(bodyBytes);
        ours[round] = storeEvents(handler, events);
        again[round] = storeEvents(handler, events);
        batch[round] = jdbcBatch(bodyBytes);
        copy[round] = copy(bodyBytes);
      }
    }
    String size = (bodyBytes / 1024) + "+" + (bodyBytes / 1024) + "KB";
    Figures.printRounds("completion-fn " + size, ours, "records/s", "");
    Figures.printRounds("completion-fn redelivered " + size, again, "records/s", "");
    Figures.printRounds("plain JDBC batch, uncompressed " + size, batch, "records/s", "peer");
    Figures.printRounds("raw COPY, uncompressed " + size, copy, "records/s", "peer");
    Figures.printRounds("ratio to JDBC batch " + size, Figures.ratios(ours, batch), "x", ">=2.5");
    Figures.printRounds("ratio to raw COPY " + size, Figures.ratios(ours, copy), "x", ">=0.8");
    Figures.printRounds(
        "time of a redelivered batch " + size, Figures.ratios(ours, again), "x", "<=0.5");
  }

  private Map<String, Object> properties() throws IOException {
    return Map.of(
        "datasources.default.url",
        database.url(),
        "datasources.default.username",
        PostgresServer.Database.USER,
        "datasources.default.password",
        "",
        "sluice.objects.directory",
        Files.createTempDirectory("sluice-bench").toString());
  }

  /// Records a second, both records of a request counted.
  private double storeEvents(CompletionHandler handler, List<SQSEvent> events) {
    long start = System.nanoTime();
    for (SQSEvent event : events) {
      SQSBatchResponse response = handler.execute(event);
      if (!response.getBatchItemFailures().isEmpty()) {
        throw new IllegalStateException("Records were not stored: " + response);
      }
    }
    return EVENTS_A_ROUND * RECORDS_AN_EVENT * 1e9 / (System.nanoTime() - start);
  }

  private List<SQSEvent> events(int bodyBytes) {
    List<SQSEvent> events = new ArrayList<>();
    for (int i = 0; i < EVENTS_A_ROUND; i++) {
      List<SQSEvent.SQSMessage> messages = new ArrayList<>();
      for (int j = 0; j < RECORDS_AN_EVENT / 2; j++) {
        CompletionRecord.Head head = head();
        messages.add(message(new StartedRecord(head, body(bodyBytes))));
        messages.add(message(finished(head, bodyBytes)));
      }
      SQSEvent event = new SQSEvent();
      event.setRecords(messages);
      events.add(event);
    }
    return events;
  }

  private SQSEvent.SQSMessage message(CompletionRecord record) {
    SQSEvent.SQSMessage message = new SQSEvent.SQSMessage();
    message.setMessageId(UUID.randomUUID().toString());
    message.setBody(RecordCodec.encode(record));
    message.setAttributes(Map.of("ApproximateReceiveCount", "1"));
    return message;
  }

  private CompletionRecord.Head head() {
    Instant now = Instant.now();
    return new CompletionRecord.Head(
        UUID.randomUUID(),
        new ResponseId(id()),
        ACCOUNT,
        "AbCd1234",
        now,
        Endpoint.CHAT_COMPLETIONS,
        "bench",
        ServiceTier.DEFAULT,
        false,
        false,
        true,
        now,
        "trace",
        null);
  }

  private FinishedRecord finished(CompletionRecord.Head head, int bodyBytes) {
    Instant now = Instant.now();
    return new FinishedRecord(
        head,
        Outcome.COMPLETED,
        200,
        null,
        false,
        10L,
        now,
        new Usage(10, 20, 0, 0),
        List.of(
            new FinishedRecord.Attempt(UUID.randomUUID(), "bench", "bench", now, now, 200, null)),
        body(bodyBytes),
        null);
  }

  private UUID id() {
    return new UUID((System.currentTimeMillis() << 16) | 0x7000L, 0x8000000000000000L | ids++);
  }

  private RecordBody body(int bytes) {
    return RecordBody.gzip(text(bytes).getBytes(StandardCharsets.UTF_8), "application/json");
  }

  /// Text that compresses about as well as prose does.
  private String text(int bytes) {
    StringBuilder text = new StringBuilder(bytes + 16).append("{\"content\":\"");
    while (text.length() < bytes - 2) {
      text.append(Integer.toString(random.nextInt(5_000), 36)).append(' ');
    }
    return text.append("\"}").toString();
  }

  /// Records a second: one row holds what two records hold.
  private double jdbcBatch(int bodyBytes) throws SQLException {
    String[][] rows = rows(bodyBytes);
    long start = System.nanoTime();
    int at = 0;
    for (int i = 0; i < EVENTS_A_ROUND; i++) {
      try (PreparedStatement insert =
          plain.prepareStatement(
              "insert into bench_row (id, model, request, response) values (?, ?, ?, ?)")) {
        for (int j = 0; j < RECORDS_AN_EVENT / 2; j++) {
          insert.setObject(1, UUID.fromString(rows[at][0]));
          insert.setString(2, "bench");
          insert.setString(3, rows[at][1]);
          insert.setString(4, rows[at++][2]);
          insert.addBatch();
        }
        int[] counts = insert.executeBatch();
        if (counts.length != RECORDS_AN_EVENT / 2) {
          throw new IllegalStateException("Rows are missing");
        }
      }
      plain.commit();
    }
    return EVENTS_A_ROUND * RECORDS_AN_EVENT * 1e9 / (System.nanoTime() - start);
  }

  private double copy(int bodyBytes) throws SQLException, IOException {
    String[][] rows = rows(bodyBytes);
    long start = System.nanoTime();
    int at = 0;
    for (int i = 0; i < EVENTS_A_ROUND; i++) {
      StringBuilder lines = new StringBuilder();
      for (int j = 0; j < RECORDS_AN_EVENT / 2; j++) {
        lines.append(rows[at][0]).append("\tbench\t").append(rows[at][1]).append('\t');
        lines.append(rows[at++][2]).append('\n');
      }
      long copied =
          plain
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn(
                  "copy bench_row (id, model, request, response) from stdin",
                  new StringReader(lines.toString()));
      if (copied != RECORDS_AN_EVENT / 2) {
        throw new IllegalStateException("Rows are missing");
      }
      plain.commit();
    }
    return EVENTS_A_ROUND * RECORDS_AN_EVENT * 1e9 / (System.nanoTime() - start);
  }

  private String[][] rows(int bodyBytes) {
    String[][] rows = new String[EVENTS_A_ROUND * RECORDS_AN_EVENT / 2][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new String[] {id().toString(), text(bodyBytes), text(bodyBytes)};
    }
    return rows;
  }
}
