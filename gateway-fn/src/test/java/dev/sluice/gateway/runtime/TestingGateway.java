package dev.sluice.gateway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.completion.CompletionQueue;
import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.RecordCodec;
import dev.sluice.completion.StartedRecord;
import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.emulators.UpstreamRequest;
import dev.sluice.gateway.inference.InferenceFunction;
import dev.sluice.gateway.testing.TestingCompletionQueue;
import dev.sluice.gateway.testing.TestingDeployment;
import dev.sluice.telemetry.Metrics;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// A deployment whose one model is a scripted server: the real function with a real database, and a
/// queue in memory.
final class TestingGateway implements AutoCloseable {

  static final String HELLO = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"}}]}";
  static final String STOP =
      "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";

  private final ScriptedUpstream upstream;
  private final Map<String, Object> settings;
  private final String key;

  TestingGateway(Function<UpstreamRequest, UpstreamAnswer> script) throws IOException {
    upstream = ScriptedUpstream.start(script);
    settings = new HashMap<>(TestingDeployment.settings());
    Path models = Files.createTempFile("sluice-models", ".yaml");
    settings.put(
        "sluice.config",
        Files.writeString(
                models,
                """
                upstreams:
                  - { name: up, base_url: "%s/v1", protocol: chat, auth: none }
                models:
                  - { alias: one, upstreams: [ { name: up, model: m } ], endpoints: [ chat ] }
                """
                    .formatted(upstream.uri()))
            .toString());
    // Its own context: a connection that this one opens says nothing about the function's.
    try (InferenceFunction operator = new InferenceFunction(settings)) {
      key = TestingDeployment.newTenant(operator.context(), null).key();
    }
  }

  ScriptedUpstream upstream() {
    return upstream;
  }

  InferenceFunction function() {
    return new InferenceFunction(settings);
  }

  /// A function with further settings.
  InferenceFunction function(Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(settings);
    all.putAll(more);
    return new InferenceFunction(all);
  }

  /// A function whose figures go elsewhere.
  InferenceFunction function(Metrics metrics) {
    return new InferenceFunction(
        ApplicationContext.builder()
            .deduceEnvironment(false)
            .banner(false)
            .properties(settings)
            .singletons(metrics)
            .start());
  }

  /// A streamed chat request as API Gateway would give it.
  String chat() {
    String body =
        "{\"model\":\"one\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    return new String(
        Json.writeAscii(
            JsonObject.builder()
                .put("httpMethod", "POST")
                .put("path", "/v1/chat/completions")
                .put(
                    "headers",
                    JsonObject.builder()
                        .put("authorization", "Bearer " + key)
                        .put("content-type", "application/json")
                        .build())
                .put("body", body)
                .put("isBase64Encoded", false)
                .build()),
        UTF_8);
  }

  static JsonObject prelude(String answer) {
    return Json.objectOrEmpty(answer.substring(0, answer.indexOf("\0")).getBytes(UTF_8));
  }

  static String body(String answer) {
    return answer.substring(answer.indexOf("\0") + 8);
  }

  static String responseId(String answer) {
    return prelude(answer)
        .object("headers")
        .flatMap(headers -> headers.text("x-sluice-response-id"))
        .orElse("");
  }

  static List<StartedRecord> started(InferenceFunction function) {
    return records(function, StartedRecord.class);
  }

  static List<FinishedRecord> finished(InferenceFunction function) {
    return records(function, FinishedRecord.class);
  }

  private static <T extends CompletionRecord> List<T> records(
      InferenceFunction function, Class<T> kind) {
    TestingCompletionQueue queue =
        (TestingCompletionQueue) function.context().getBean(CompletionQueue.class);
    return queue.messages().stream()
        .map(RecordCodec::decode)
        .map(decoded -> ((RecordCodec.Decoded.Known) decoded).record())
        .filter(kind::isInstance)
        .map(kind::cast)
        .toList();
  }

  @Override
  public void close() {
    upstream.close();
  }
}
