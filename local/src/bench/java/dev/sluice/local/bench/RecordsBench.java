package dev.sluice.local.bench;

import dev.sluice.completion.CompletionQueue;
import dev.sluice.emulators.ApiGateway;
import dev.sluice.emulators.Integration;
import dev.sluice.emulators.RouteTable;
import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.emulators.UpstreamRequest;
import dev.sluice.gateway.inference.InferenceFunction;
import dev.sluice.telemetry.MetricSeries;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the two records cost a realtime call: the same inference function with a queue that takes
/// every record at once and with an SQS server, one call after the other in interleaved rounds.
///
/// The model server thinks for 0 or 30 ms. `started` is sent meanwhile, so a slower model hides it,
/// and the client waits for `finished` only.
public final class RecordsBench {

  private static final int ROUNDS = 9;
  private static final int WARM_UP_ROUNDS = 3;
  private static final int CALLS_A_ROUND = 100;
  private static final String TEXT = "word ".repeat(200).trim();
  private static final Duration SLOW = Duration.ofMillis(30);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String key;

  private RecordsBench(String key) {
    this.key = key;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (BenchStack stack = BenchStack.start();
        ScriptedUpstream model = ScriptedUpstream.startUnrecorded(0, RecordsBench::answer)) {
      Map<String, Object> properties = stack.functionProperties(model.uri());
      try (InferenceFunction without = function(properties, new InstantQueue());
          InferenceFunction with = function(properties);
          ApiGateway bare = gateway(without);
          ApiGateway recorded = gateway(with)) {
        new RecordsBench(stack.text("api_key")).run(bare.uri(), recorded.uri());
      }
    }
    System.exit(0);
  }

  /// Takes every record and forgets it.
  private static final class InstantQueue implements CompletionQueue {

    @Override
    public void send(String message, Duration within) {
      // Taken.
    }

    @Override
    public int maxMessageBytes() {
      return 1024 * 1024;
    }

    @Override
    public boolean isReachable() {
      return true;
    }
  }

  private static InferenceFunction function(Map<String, Object> properties, Object... beans) {
    Map<String, Object> own = new HashMap<>(properties);
    if (beans.length > 0) {
      var _ = own.remove("sluice.queue.url");
    }
    return new InferenceFunction(
        ApplicationContext.builder()
            .deduceEnvironment(false)
            .banner(false)
            .properties(own)
            .singletons(new MetricSeries())
            .singletons(beans)
            .start());
  }

  private static ApiGateway gateway(InferenceFunction function) {
    return ApiGateway.start(
        new ApiGateway.Settings(0),
        new RouteTable(
            List.of(
                new RouteTable.Entry(
                    "POST",
                    "/v1/chat/completions",
                    new Integration.Streamed("gateway-inference", function)))));
  }

  private static UpstreamAnswer answer(UpstreamRequest request) {
    String body = request.text();
    UpstreamAnswer thinking = UpstreamAnswer.empty();
    if (body.contains("\"slow\"")) {
      thinking = thinking.delay(SLOW);
    }
    UpstreamAnswer answer =
        body.contains("\"stream\":true")
            ? UpstreamAnswer.events(List.of(CHUNK, LAST_CHUNK, "[DONE]"))
            : UpstreamAnswer.json(200, COMPLETION);
    for (var action : answer.actions()) {
      thinking = thinking.then(action);
    }
    return thinking;
  }

  private static final String CHUNK =
      """
      {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"%s"},"finish_reason":null}]}\
      """
          .formatted(TEXT);
  private static final String LAST_CHUNK =
      """
      {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\
      """;
  private static final String COMPLETION =
      """
      {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}]}\
      """
          .formatted(TEXT);

  private void run(URI bare, URI recorded) throws IOException, InterruptedException {
    for (String model : List.of("fast", "slow")) {
      for (boolean stream : new boolean[] {false, true}) {
        double[] without = new double[ROUNDS];
        double[] with = new double[ROUNDS];
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
          double first = medianMicros(bare, model, stream);
          double second = medianMicros(recorded, model, stream);
          if (round >= 0) {
            without[round] = first;
            with[round] = second;
          }
        }
        String kind =
            (model.equals("slow") ? "model of 30 ms" : "model of 0 ms")
                + (stream ? ", streamed" : ", JSON");
        Figures.printRounds("call p50 without a queue, " + kind, without, "us", "floor");
        Figures.printRounds("call p50 with both records, " + kind, with, "us", "");
        Figures.print(
            "the two records add, " + kind,
            Figures.median(with) - Figures.median(without),
            "us",
            "");
      }
    }
  }

  private double medianMicros(URI gateway, String model, boolean stream)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(gateway.resolve("/v1/chat/completions"))
            .header("authorization", "Bearer " + key)
            .header("content-type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    """
                    {"model":"%s","stream":%b,"messages":[{"role":"user","content":"%s"}]}\
                    """
                        .formatted(model, stream, TEXT)))
            .build();
    double[] micros = new double[CALLS_A_ROUND];
    for (int i = 0; i < CALLS_A_ROUND; i++) {
      long start = System.nanoTime();
      var answer = http.send(request, BodyHandlers.ofByteArray());
      micros[i] = (System.nanoTime() - start) / 1e3;
      if (answer.statusCode() != 200) {
        throw new IllegalStateException("The gateway answered " + answer.statusCode());
      }
    }
    Arrays.sort(micros);
    return micros[CALLS_A_ROUND / 2];
  }
}
