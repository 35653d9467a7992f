package dev.sluice.gateway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.gateway.inference.InferenceFunction;
import dev.sluice.priming.LoopbackHttp;
import dev.sluice.priming.LoopbackServer;
import dev.sluice.priming.Rehearsal;
import dev.sluice.sandbox.Priming;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// The inference function's own work, from the Runtime API to the model server and the queue: chat
/// and responses, streamed and whole, with the largest body, an unknown response and a mistake.
final class InferencePriming implements Priming {

  private static final Duration LIMIT = Duration.ofMinutes(1);

  /// A response that nobody has, so that the database is asked.
  private static final String UNKNOWN = "/v1/responses/resp_00000000-0000-7000-8000-000000000000";

  private final FunctionEnvironment environment;

  InferencePriming(FunctionEnvironment environment) {
    this.environment = environment;
  }

  @Override
  public void prime() throws IOException {
    try (Rehearsal rehearsal = Rehearsal.start()) {
      rehearse(rehearsal, rehearsal.key());
    }
  }

  /// @param key of all calls
  /// @throws IOException when a call was not made, or not answered as it should be
  void rehearse(Rehearsal rehearsal, String key) throws IOException {
    try (ApplicationContext context = rehearsal.equip(ApplicationContext.builder()).start()) {
      InstantSource clock = context.getBean(InstantSource.class);
      RuntimeStandIn events = new RuntimeStandIn(steps(key), clock);
      try (InferenceFunction function = new InferenceFunction(context);
          LoopbackServer api = LoopbackServer.start(new LoopbackHttp(events::answer));
          RuntimeClient client = new RuntimeClient(api.address())) {
        rehearsal.lookUpKey(context);
        new RuntimeLoop(client, environment, function, clock).serve();
      } catch (RuntimeApiGoneException e) {
        events.end(e); // It is gone when there is no further event, too.
      }
    }
  }

  /// A call, and the status that answers it.
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Step(byte[] event, int status) {}

  /// The Runtime API: one event after the other, and then none. Safe for use by several threads.
  private static final class RuntimeStandIn {

    private final Queue<Step> left;
    private final List<String> faults = new ArrayList<>();
    private final InstantSource clock;
    private @Nullable Step current;

    private RuntimeStandIn(List<Step> steps, InstantSource clock) {
      this.left = new ArrayDeque<>(steps);
      this.clock = clock;
    }

    private synchronized LoopbackHttp.Answer answer(LoopbackHttp.Request asked) {
      if (asked.path().endsWith("/invocation/next")) {
        current = left.poll();
        return current == null
            ? new LoopbackHttp.Answer(410, Map.of(), new byte[0])
            : new LoopbackHttp.Answer(200, headers(), current.event());
      }
      String start = new String(asked.body(), 0, Math.min(asked.body().length, 200), UTF_8);
      if (current == null
          || !asked.path().endsWith("/response")
          || !start.startsWith("{\"statusCode\":" + current.status())) {
        faults.add(start);
      }
      return new LoopbackHttp.Answer(202, Map.of(), new byte[0]);
    }

    private Map<String, String> headers() {
      return Map.of(
          "Lambda-Runtime-Aws-Request-Id",
          "priming",
          "Lambda-Runtime-Deadline-Ms",
          Long.toString(clock.instant().plus(LIMIT).toEpochMilli()),
          "Lambda-Runtime-Invoked-Function-Arn",
          "priming");
    }

    private synchronized void end(RuntimeApiGoneException cause) throws IOException {
      if (!left.isEmpty() || current != null) {
        throw new IOException(left.size() + " calls were not made", cause);
      }
      if (!faults.isEmpty()) {
        throw new IOException(faults.size() + " calls failed, first: " + faults.getFirst(), cause);
      }
    }
  }

  private static List<Step> steps(String key) {
    List<Step> steps = new ArrayList<>();
    for (int round = 0; round < Rehearsal.ROUNDS; round++) {
      for (boolean stream : new boolean[] {false, true}) {
        steps.add(new Step(chat(key, stream, "Hello"), 200));
        steps.add(new Step(response(key, stream), 200));
      }
      steps.add(new Step(event("GET", UNKNOWN, key, ""), 404));
      steps.add(new Step(event("POST", "/v1/chat/completions", key, "{}"), 400));
    }
    steps.add(new Step(chat(key, true, Rehearsal.text(Rehearsal.LARGEST_BODY_BYTES)), 200));
    return steps;
  }

  private static byte[] chat(String key, boolean stream, String content) {
    JsonObject message = JsonObject.builder().put("role", "user").put("content", content).build();
    JsonObject body =
        JsonObject.builder()
            .put("model", Rehearsal.MODEL)
            .put("messages", new JsonArray(List.of(message)))
            .put("stream", stream)
            .build();
    return event("POST", "/v1/chat/completions", key, text(body));
  }

  private static byte[] response(String key, boolean stream) {
    JsonObject body =
        JsonObject.builder()
            .put("model", Rehearsal.MODEL)
            .put("input", "Hello")
            .put("stream", stream)
            .build();
    return event("POST", "/v1/responses", key, text(body));
  }

  private static String text(JsonObject body) {
    return new String(Json.write(body), UTF_8);
  }

  private static byte[] event(String method, String path, String key, String body) {
    JsonObject headers =
        JsonObject.builder()
            .put("authorization", "Bearer " + key)
            .put("content-type", "application/json")
            .build();
    return Json.write(
        JsonObject.builder()
            .put("httpMethod", method)
            .put("path", path)
            .put("headers", headers)
            .put("body", body)
            .put("isBase64Encoded", false)
            .build());
  }
}
