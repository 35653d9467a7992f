package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.gateway.http.Route;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Requests made up from the contract that the stack itself serves, valid and spoilt: whatever
/// comes back is declared there, and nothing is a fault.
@Tag(BackingServices.TAG)
final class ContractFuzzTest {

  private static final Logger LOG = LoggerFactory.getLogger(ContractFuzzTest.class);
  private static final long FIXED_SEED = 20261122;
  private static final int SCALE = Integer.getInteger("sluice.test.scale", 1);
  private static final int REQUESTS = 60 * SCALE;

  /// So many of the ids are of responses that are stored.
  private static final int STORED = 4;

  private static TestingStack stack;
  private static JsonObject document;
  private static List<JsonValue> ids;

  @BeforeAll
  static void start() throws IOException {
    stack = TestingStack.start();
    document = Json.objectOrEmpty(stack.send("GET", "/openapi.json", Map.of(), "").body());
    List<JsonValue> made = new ArrayList<>();
    for (RawHttp.Answer answer :
        List.of(
            stack.chat("demo-echo", "stored", Map.of()),
            stack.post("/v1/embeddings", "{\"model\":\"demo-embed\",\"input\":\"stored\"}"),
            stack.post("/v1/responses", "{\"model\":\"demo-tools\",\"input\":\"stored\"}"),
            stack.post("/v1/responses", "{\"model\":\"demo-responses-reason\",\"input\":\"a\"}"))) {
      made.add(JsonValue.of(answer.headers().getOrDefault("x-sluice-response-id", "none")));
    }
    made.add(JsonValue.of("resp_019aa5d5-6a3b-7000-8000-000000000001"));
    made.add(JsonValue.of("nonsense"));
    ids = List.copyOf(made);
    stack.drain();
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  /// Whoever deletes takes the others' ids away.
  static Stream<Route> routes() {
    return Arrays.stream(Route.values())
        .filter(route -> route.access() != Route.Access.ADMIN)
        .filter(route -> !route.method().equals("DELETE"));
  }

  @ParameterizedTest
  @MethodSource("routes")
  void everyAnswerIsAsTheContractSays(Route route) throws IOException {
    send(route, FIXED_SEED);
    if (SCALE > 1) {
      // A long run also tries what no run has tried before.
      send(route, RandomGenerator.getDefault().nextLong());
    }
  }

  private static void send(Route route, long seed) throws IOException {
    LOG.atInfo().addKeyValue("route", route).addKeyValue("seed", seed).log("Made-up requests");
    SchemaSamples samples = samples(seed);
    int sound = 0;
    List<String> refused = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      boolean spoilt = i % 2 == 1;
      String body = body(route, samples, spoilt);
      String target = target(route, samples, spoilt);
      RawHttp.Answer answer =
          stack.send(
              route.method(),
              target,
              Map.of(
                  "Authorization", "Bearer " + stack.apiKey(), "Content-Type", "application/json"),
              body);

      assertThat(answer.status())
          .as("seed %d: %s %s %s%n%s", seed, route.method(), target, body, answer.text())
          .isLessThan(500);
      if (!spoilt && answer.status() < 300) {
        sound++;
      } else if (!spoilt) {
        refused.add(answer.text());
      }
    }
    assertThat(sound)
        .as("sound answers, seed %d; refused: %s", seed, String.join("\n", refused))
        .isGreaterThan(REQUESTS / 10);
  }

  private static SchemaSamples samples(long seed) {
    List<JsonValue> models =
        Stream.of(
                "demo-echo",
                "demo-tools",
                "demo-reason",
                "demo-embed",
                "demo-responses-echo",
                "demo-responses-tools",
                "demo-responses-reason")
            .<JsonValue>map(JsonValue::of)
            .toList();
    List<JsonValue> previous = new ArrayList<>(ids);
    previous.add(JsonNull.NULL);
    return new SchemaSamples(
        RandomGeneratorFactory.of("L64X128MixRandom").create(seed),
        document.object("components").flatMap(c -> c.object("schemas")).orElseThrow(),
        Map.of(
            "model",
            models,
            "previous_response_id",
            previous,
            "background",
            List.of(JsonValue.of(false), JsonNull.NULL),
            "service_tier",
            List.of(JsonValue.of("auto"), JsonValue.of("priority"), JsonNull.NULL),
            "image_url",
            List.of(JsonValue.of("data:image/png;base64,iVBORw0KGgo="))));
  }

  private static String body(Route route, SchemaSamples samples, boolean spoilt) {
    Optional<String> schema =
        operation(route)
            .object("requestBody")
            .flatMap(body -> body.object("content"))
            .flatMap(content -> content.object("application/json"))
            .flatMap(media -> media.object("schema"))
            .flatMap(reference -> reference.text("$ref"))
            .map(reference -> reference.substring(reference.lastIndexOf('/') + 1));
    if (schema.isEmpty()) {
      return "";
    }
    JsonValue body = samples.valid(schema.get());
    if (spoilt) {
      body = samples.mutated(body);
    } else if (body instanceof JsonObject object && object.has("model")) {
      String model = route == Route.EMBEDDINGS ? "demo-embed" : chatModel(object);
      body = object.toBuilder().put("model", model).build();
    }
    return new String(Json.write(body), StandardCharsets.UTF_8);
  }

  private static String chatModel(JsonObject body) {
    return body.text("model").filter(model -> !model.equals("demo-embed")).orElse("demo-echo");
  }

  private static String target(Route route, SchemaSamples samples, boolean spoilt) {
    String path =
        route
            .template()
            .replace("{id}", pick(samples, spoilt).asText().orElseThrow())
            .replace("{model}", spoilt ? "none" : "demo-echo");
    StringBuilder query = new StringBuilder();
    operation(route).items("parameters").stream()
        .map(reference -> ((JsonObject) reference).text("$ref").orElseThrow())
        .map(reference -> reference.substring(reference.lastIndexOf('/') + 1))
        .flatMap(name ->
            document
                .object("components")
                .flatMap(components -> components.object("parameters"))
                .flatMap(parameters -> parameters.object(name))
                .stream())
        .filter(parameter -> parameter.text("in").orElse("").equals("query"))
        .filter(_ -> samples.random().nextInt(3) == 0)
        .forEach(parameter ->
            query
                .append(query.isEmpty() ? "?" : "&")
                .append(encoded(parameter.text("name").orElseThrow()))
                .append('=')
                .append(encoded(value(samples, parameter, spoilt))));
    return path + query;
  }

  private static JsonValue pick(SchemaSamples samples, boolean spoilt) {
    return ids.get(samples.random().nextInt(spoilt ? ids.size() : STORED));
  }

  private static String value(SchemaSamples samples, JsonObject parameter, boolean spoilt) {
    boolean cursor = List.of("after", "before").contains(parameter.text("name").orElse(""));
    JsonValue value =
        cursor
            ? pick(samples, spoilt)
            : spoilt ? samples.anything() : samples.any(parameter.object("schema").orElseThrow());
    return value.asText().orElseGet(() -> new String(Json.write(value), StandardCharsets.UTF_8));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static JsonObject operation(Route route) {
    return document
        .object("paths")
        .flatMap(paths -> paths.object(route.template()))
        .flatMap(path -> path.object(route.method().toLowerCase(Locale.ROOT)))
        .orElseThrow();
  }
}
