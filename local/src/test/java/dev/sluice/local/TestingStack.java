package dev.sluice.local;

import dev.sluice.aws.DirectoryObjectStore;
import dev.sluice.aws.S3ObjectStore;
import dev.sluice.completion.ObjectStore;
import dev.sluice.emulators.Scheduler;
import dev.sluice.request.StoredBody;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.MetricSeries;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The dev stack in a directory of its own, with what tests ask of it.
final class TestingStack implements AutoCloseable {

  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(30);

  private final DevStack stack;
  private final DevSettings settings;
  private final @Nullable S3ObjectStore bucket;

  private TestingStack(DevSettings settings) {
    this.settings = settings;
    this.stack = DevStack.start(settings);
    AwsServer aws = settings.aws();
    this.bucket = aws == null ? null : S3ObjectStore.connect(aws.bucket(), aws.endpoint());
  }

  static TestingStack start() {
    try {
      return start(Files.createTempDirectory("sluice-test"));
    } catch (IOException e) {
      throw new UncheckedIOException("No directory for the test", e);
    }
  }

  static TestingStack start(Path directory) {
    return start(DevSettings.forTests(directory));
  }

  static TestingStack start(DevSettings settings) {
    BackingServices services = BackingServices.current();
    return new TestingStack(services.giveDatabase(services.giveStores(settings)));
  }

  /// A stack with an embedded database, whatever this run has, for [#crashDatabase].
  static TestingStack startToCrash(Path directory) {
    DatabaseTemplate.giveTo(directory);
    return new TestingStack(BackingServices.current().giveStores(DevSettings.forTests(directory)));
  }

  /// An account of its own, with a key for all models.
  final class Account {

    private final String key;

    private Account(String key) {
      this.key = key;
    }

    RawHttp.Answer chat(String model, String prompt) {
      try {
        return TestingStack.this.chat(key, model, prompt, Map.of());
      } catch (IOException e) {
        throw new UncheckedIOException("No answer", e);
      }
    }

    RawHttp.Answer get(String target) throws IOException {
      return send("GET", target, bearer(key, Map.of()), "");
    }
  }

  String baseUrl() {
    return stack.baseUrl();
  }

  int port() {
    return stack.port();
  }

  String apiKey() {
    return stack.accounts().apiKey();
  }

  String otherApiKey() {
    return stack.accounts().otherApiKey();
  }

  String accountId() {
    return stack.accounts().accountId();
  }

  MetricSeries metrics() {
    return stack.metrics();
  }

  DevStack stack() {
    return stack;
  }

  Account newAccount() {
    try (AdminClient admin = stack.admin()) {
      return new Account(admin.createKey(admin.createAccount("test"), "test"));
    }
  }

  String newKey(List<String> models) {
    try (AdminClient admin = stack.admin()) {
      return admin.createKey(accountId(), "narrow", models);
    }
  }

  /// Waits until every record is a row.
  void drain() {
    if (!stack.drain(DRAIN_LIMIT)) {
      throw new AssertionError("The queue was not empty after " + DRAIN_LIMIT);
    }
  }

  RawHttp.Answer chat(String model, String prompt, Map<String, String> headers) throws IOException {
    return chat(apiKey(), model, prompt, headers);
  }

  private RawHttp.Answer chat(String key, String model, String prompt, Map<String, String> headers)
      throws IOException {
    JsonObject message = JsonObject.builder().put("role", "user").put("content", prompt).build();
    JsonValue body =
        JsonObject.builder()
            .put("model", model)
            .put("messages", new JsonArray(List.of(message)))
            .build();
    return send(
        "POST",
        "/v1/chat/completions",
        bearer(key, headers),
        new String(Json.write(body), StandardCharsets.UTF_8));
  }

  RawHttp.Answer post(String target, String body) throws IOException {
    return send("POST", target, bearer(apiKey(), Map.of()), body);
  }

  RawHttp.Answer post(String target, String body, Map<String, String> headers) throws IOException {
    return send("POST", target, bearer(apiKey(), headers), body);
  }

  RawHttp.Answer get(String target) throws IOException {
    return send("GET", target, bearer(apiKey(), Map.of()), "");
  }

  RawHttp.Answer get(String target, Map<String, String> headers) throws IOException {
    return send("GET", target, bearer(apiKey(), headers), "");
  }

  RawHttp.Answer delete(String target) throws IOException {
    return send("DELETE", target, bearer(apiKey(), Map.of()), "");
  }

  /// Sends a request; its answer is held against the contract before a test sees it.
  RawHttp.Answer send(String method, String target, Map<String, String> headers, String body)
      throws IOException {
    RawHttp.Answer answer =
        RawHttp.exchange(
            port(),
            RawHttp.request(method, target, headers, body.getBytes(StandardCharsets.UTF_8)));
    ContractCheck.check(method, target, answer);
    return answer;
  }

  private static Map<String, String> bearer(String key, Map<String, String> more) {
    Map<String, String> headers = new HashMap<>(more);
    headers.put("Authorization", "Bearer " + key);
    headers.put("Content-Type", "application/json");
    return headers;
  }

  /// The single number that a query answers.
  long count(String sql) {
    return Long.parseLong(text(sql));
  }

  /// Everything that the tables of requests hold, as one hash: equal before and after means
  /// unchanged.
  String fingerprint() {
    return text(
        """
        select md5(string_agg(line, '|' order by line)) from (
          select r::text as line from request r
          union all select b.request_id || b.sha256 from request_body b
          union all select b.request_id || b.sha256 from response_body b
          union all select a::text from request_attempt a) all_lines
        """);
  }

  /// Waits until a query of one boolean says true.
  void await(String sql) {
    await(() -> text(sql).equals("t"));
  }

  /// Waits until a condition holds; asks again each time the queue was found empty, or soon.
  void await(BooleanSupplier condition) {
    long end = System.nanoTime() + DRAIN_LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("It did not happen within " + DRAIN_LIMIT);
      }
      var _ = stack.drain(Duration.ofMillis(200));
    }
  }

  void execute(String sql) {
    try (Connection connection = stack.database().dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new AssertionError("The statement failed: " + sql, e);
    }
  }

  /// The first column of the first row.
  String text(String sql) {
    return texts(sql).getFirst();
  }

  /// The first column of every row.
  List<String> texts(String sql) {
    return rows(sql, row -> row.getString(1));
  }

  /// Bodies, from their columns in the order of [StoredBody].
  List<StoredBody> bodies(String sql) {
    return rows(
        sql,
        row ->
            new StoredBody(
                row.getBytes(1),
                row.getString(2),
                row.getString(3),
                row.getLong(4),
                row.getString(5)));
  }

  private interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private <T> List<T> rows(String sql, RowReader<T> reader) {
    try (Connection connection = stack.database().dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<T> read = new ArrayList<>();
      while (rows.next()) {
        read.add(reader.read(rows));
      }
      return read;
    } catch (SQLException e) {
      throw new AssertionError("The query failed: " + sql, e);
    }
  }

  /// What the tables hold of each call.
  List<StoredCall> storedCalls() {
    return StoredCall.readAll(stack.database().dataSource());
  }

  /// How often something was counted, whatever its labels but those that are given.
  long sum(Metric metric, String... labels) {
    return stack.metrics().snapshot().entrySet().stream()
        .filter(series -> series.getKey().metric() == metric)
        .filter(series -> series.getKey().labelValues().containsAll(List.of(labels)))
        .mapToLong(series -> series.getValue().count())
        .sum();
  }

  /// Messages that were given up.
  int deadLetters() {
    return stack.queues().counts(stack.queues().deadLetters()).total();
  }

  /// Presumes the gateways of all calls lost that have not ended, as the daemon would in time.
  void loseOpenCalls() {
    execute(
        """
        update request set recorded_at = recorded_at - interval '1 hour' where state = 'processing'
        """);
    var _ = tick();
  }

  /// Large bodies and spilled records; of use as long as the stack.
  ObjectStore objects() {
    return bucket == null
        ? new DirectoryObjectStore(settings.dataDirectory().resolve("objects"))
        : bucket;
  }

  /// Puts a message on the completions queue, as a gateway would.
  void send(String message) {
    var _ =
        stack
            .queues()
            .client()
            .sendMessage(request ->
                request.queueUrl(stack.queues().completions().url()).messageBody(message));
  }

  /// Kills the embedded PostgreSQL, which the stack must have: see [#startToCrash].
  void crashDatabase() {
    stack.database().crash();
  }

  /// Leaves all further records on the queue.
  void pauseCompletions() {
    stack.pauseCompletions();
  }

  void resumeCompletions() {
    stack.resumeCompletions();
  }

  /// Runs the daemon once and answers what it said that it did.
  ///
  /// @throws AssertionError when its invocation failed
  JsonObject tick() {
    return switch (stack.tick()) {
      case Scheduler.Tick.Answered(String answer) ->
          Json.objectOrEmpty(answer.getBytes(StandardCharsets.UTF_8));
      case Scheduler.Tick.Failed(Throwable cause) ->
          throw new AssertionError("The tick failed", cause);
    };
  }

  @Override
  public void close() {
    stack.close();
    if (bucket != null) {
      bucket.close();
    }
  }
}
