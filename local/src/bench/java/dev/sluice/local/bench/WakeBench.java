package dev.sluice.local.bench;

import dev.sluice.emulators.PostgresServer.Database;
import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.emulators.UpstreamRequest;
import dev.sluice.request.ResponseId;
import dev.sluice.wire.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/// How soon a queued request is called that finds the daemon idle, by the wake alone: a warm dev
/// stack in one process, whose daemon nobody ticks, gets one background response after the other,
/// each when the run of the one before has ended.
///
/// The database and the model server read the clock of the same machine.
public final class WakeBench {

  private static final int ROUNDS = 7;
  private static final int WARM_UP_ROUNDS = 2;
  private static final int CALLS_A_ROUND = 10;
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final List<String> TIERS = List.of("default", "flex");

  private static final String ANSWER =
      """
      {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Done"},"finish_reason":"stop"}]}\
      """;

  private final Map<Integer, Instant> called = new ConcurrentHashMap<>();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private int calls;

  private WakeBench() {}

  public static void main(String[] arguments)
      throws IOException, InterruptedException, SQLException {
    WakeBench bench = new WakeBench();
    try (ScriptedUpstream model = ScriptedUpstream.start(bench::answer);
        BenchStack stack = BenchStack.start(model.uri());
        Connection database =
            DriverManager.getConnection(stack.text("database_url"), Database.USER, "")) {
      bench.run(stack, model, database);
    }
    System.exit(0);
  }

  private UpstreamAnswer answer(UpstreamRequest request) {
    called.put(request.number(), Instant.now());
    return UpstreamAnswer.json(200, ANSWER);
  }

  /// One request, in milliseconds.
  ///
  /// @param post from the first byte of the POST to the last one of its answer
  /// @param insert from the first byte of the POST to the insert of its row
  /// @param wake from the insert to the upstream call
  private record Sample(double post, double insert, double wake) {

    double all() {
      return insert + wake;
    }
  }

  private void run(BenchStack stack, ScriptedUpstream model, Connection database)
      throws IOException, InterruptedException, SQLException {
    for (String tier : TIERS) {
      List<Sample> samples = new ArrayList<>();
      for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
        for (int i = 0; i < CALLS_A_ROUND; i++) {
          Sample sample = call(stack, model, database, tier);
          if (round >= 0) {
            samples.add(sample);
          }
        }
      }
      String name = tier.equals("default") ? "background" : tier + " background";
      print(name + ", POST", samples, Sample::post, "");
      print(name + ", of it until the row's insert", samples, Sample::insert, "");
      print(name + ", insert to upstream call", samples, Sample::wake, "<=1000");
      print(name + ", POST to upstream call", samples, Sample::all, "");
    }
  }

  private Sample call(BenchStack stack, ScriptedUpstream model, Connection database, String tier)
      throws IOException, InterruptedException, SQLException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(stack.text("base_url") + "/responses"))
            .header("authorization", "Bearer " + stack.text("api_key"))
            .header("content-type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    """
                    {"model":"fast","background":true,"service_tier":"%s","input":"Do it later"}\
                    """
                        .formatted(tier)))
            .build();
    Instant begin = Instant.now();
    long start = System.nanoTime();
    HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
    double post = (System.nanoTime() - start) / 1e6;
    if (answer.statusCode() != 202) {
      throw new IllegalStateException("The gateway answered " + answer.statusCode());
    }
    ResponseId id =
        Json.objectOrEmpty(answer.body()).text("id").flatMap(ResponseId::parse).orElseThrow();
    model.awaitRequests(1, LIMIT);
    Instant inserted = awaitIdle(database, id);
    Instant seen = called.getOrDefault(calls++, Instant.MAX);
    return new Sample(post, millis(begin, inserted), millis(inserted, seen));
  }

  /// The row's insert, by the database, once the request and every run have ended.
  private static final String ENDED =
      """
      select r.recorded_at, pg_sleep(0.02)::text
      from request r
      where r.id = ? and r.state = 'completed'
        and not exists (select from daemon d where d.stopped_at is null)
      """;

  private static Instant awaitIdle(Connection database, ResponseId id) throws SQLException {
    long end = System.nanoTime() + LIMIT.toNanos();
    try (PreparedStatement statement = database.prepareStatement(ENDED)) {
      statement.setObject(1, id.uuid());
      while (System.nanoTime() < end) {
        try (ResultSet row = statement.executeQuery()) {
          if (row.next()) {
            return row.getObject("recorded_at", OffsetDateTime.class).toInstant();
          }
        }
      }
    }
    throw new IllegalStateException("The daemon did not come to rest");
  }

  private static double millis(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e6;
  }

  private static void print(
      String name, List<Sample> samples, ToDoubleFunction<Sample> value, String limit) {
    double[] sorted = samples.stream().mapToDouble(value).sorted().toArray();
    Figures.print(name + " p50", sorted[sorted.length / 2], "ms", "");
    Figures.print(name + " p95", sorted[(int) (sorted.length * 0.95)], "ms", limit);
  }
}
