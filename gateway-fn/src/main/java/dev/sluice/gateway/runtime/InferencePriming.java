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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

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
      ApplicationContext context = rehearsal.equip(ApplicationContext.builder()).start();
      InstantSource clock = context.getBean(InstantSource.class);
      RuntimeStandIn events = new RuntimeStandIn(events(rehearsal.key()), clock);
      try (InferenceFunction function = new InferenceFunction(context);
          LoopbackServer api = LoopbackServer.start(new LoopbackHttp(events::answer));
          RuntimeClient client = new RuntimeClient(api.address())) {
        rehearsal.lookUpKey(context);
        new RuntimeLoop(client, environment, function, clock).serve();
      } catch (RuntimeApiGoneException _) {
        events.raiseFaults(); // There is no further event: everything was done.
      }
    }
  }

  /// The Runtime API: one event after the other, and then none. Safe for use by several threads.
  private static final class RuntimeStandIn {

    private final Queue<byte[]> events;
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final InstantSource clock;

    private RuntimeStandIn(List<byte[]> events, InstantSource clock) {
      this.events = new ConcurrentLinkedQueue<>(events);
      this.clock = clock;
    }

    private LoopbackHttp.Answer answer(LoopbackHttp.Request asked) {
      if (asked.path().endsWith("/invocation/next")) {
        byte[] event = events.poll();
        return event == null
            ? new LoopbackHttp.Answer(410, Map.of(), new byte[0])
            : new LoopbackHttp.Answer(200, headers(), event);
      }
      String start = new String(asked.body(), 0, Math.min(asked.body().length, 200), UTF_8);
      if (!asked.path().endsWith("/response") || start.startsWith("{\"statusCode\":5")) {
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

    private void raiseFaults() throws IOException {
      if (!faults.isEmpty()) {
        throw new IOException(faults.size() + " calls failed, first: " + faults.peek());
      }
    }
  }

  private static List<byte[]> events(String key) {
    List<byte[]> events = new ArrayList<>();
    for (int round = 0; round < Rehearsal.ROUNDS; round++) {
      for (boolean stream : new boolean[] {false, true}) {
        events.add(chat(key, stream, "Hello"));
        events.add(response(key, stream));
      }
      events.add(event("GET", UNKNOWN, key, ""));
      events.add(event("POST", "/v1/chat/completions", key, "{}"));
    }
    events.add(chat(key, true, Rehearsal.text(Rehearsal.LARGEST_BODY_BYTES)));
    return events;
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
