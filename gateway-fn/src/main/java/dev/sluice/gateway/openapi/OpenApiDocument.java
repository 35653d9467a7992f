package dev.sluice.gateway.openapi;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.http.Route;
import dev.sluice.request.Endpoint;
import dev.sluice.request.PublicStatus;
import dev.sluice.request.ServiceTier;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// The contract of the API (OpenAPI 3.1), the same on every deployment of one version.
public final class OpenApiDocument {

  private static final String TITLE = "Sluice";
  private static final String VERSION = "1";
  private static final String DESCRIPTION =
      "A gateway for language-model APIs in the forms of OpenAI and Open Responses. Every path below"
          + " `/v1` is also reachable below `/ai/v1`. Each `data:` line of an event stream holds"
          + " what its schema describes; the last line is `[DONE]`.";

  private OpenApiDocument() {}

  /// Makes the document; the same one each time.
  public static JsonObject make() {
    return JsonObject.builder()
        .put("openapi", "3.1.0")
        .put(
            "info",
            JsonObject.builder()
                .put("title", TITLE)
                .put("version", VERSION)
                .put("description", DESCRIPTION)
                .build())
        .put("paths", paths())
        .put("components", components())
        .build();
  }

  private static JsonObject paths() {
    JsonObject descriptions = Resources.operations();
    Map<String, JsonObject.Builder> paths = new LinkedHashMap<>();
    for (Route route : Route.values()) {
      var _ =
          paths
              .computeIfAbsent(route.template(), _ -> JsonObject.builder())
              .put(
                  route.method().toLowerCase(Locale.ROOT),
                  Operation.of(route, descriptions).toJson());
    }
    JsonObject.Builder json = JsonObject.builder();
    paths.forEach((path, operations) -> json.put(path, operations.build()));
    return json.build();
  }

  private static JsonObject components() {
    return JsonObject.builder()
        .put("schemas", schemas())
        .put("parameters", Resources.parameters())
        .put("headers", headers())
        .put("responses", Errors.responses())
        .put("securitySchemes", securitySchemes())
        .build();
  }

  /// The files say how things look; which words a closed set has, the code knows.
  private static JsonObject schemas() {
    return Resources.schemas().toBuilder()
        .put("ResponseStatus", words(Arrays.stream(PublicStatus.values()).map(PublicStatus::text)))
        .put("ServiceTier", words(Arrays.stream(ServiceTier.values()).map(ServiceTier::text)))
        .put("Endpoint", words(Arrays.stream(Endpoint.values()).map(Endpoint::path)))
        .put("ErrorType", words(Arrays.stream(ErrorCode.Type.values()).map(ErrorCode.Type::text)))
        .build();
  }

  private static JsonObject words(Stream<String> words) {
    return JsonObject.builder()
        .put("type", "string")
        .put("enum", new JsonArray(words.<JsonValue>map(JsonValue::of).toList()))
        .build();
  }

  private static JsonObject headers() {
    return JsonObject.builder()
        .put("x-request-id", header("Names this call; also in every error."))
        .put("x-sluice-response-id", header("By which the answer is fetched again."))
        .put("openai-poll-after-ms", header("When it is worth asking again, in milliseconds."))
        .build();
  }

  private static JsonObject header(String description) {
    return JsonObject.builder()
        .put("description", description)
        .put("schema", JsonObject.builder().put("type", "string").build())
        .build();
  }

  private static JsonObject securitySchemes() {
    JsonObject bearer = JsonObject.builder().put("type", "http").put("scheme", "bearer").build();
    return JsonObject.builder()
        .put("bearer", bearer)
        .put(
            "apiKey",
            JsonObject.builder()
                .put("type", "apiKey")
                .put("in", "header")
                .put("name", "x-api-key")
                .build())
        .put("adminKey", bearer)
        .build();
  }
}
