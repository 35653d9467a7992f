package dev.sluice.local;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.sluice.gateway.http.Route;
import dev.sluice.gateway.openapi.OpenApiDocument;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Holds every answer that leaves the stack in a test against the contract that it publishes: the
/// status is declared, the body or each event is as its schema says, streams keep the rules of
/// their frames. Safe for use by several threads.
final class ContractCheck {

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private static final JsonObject DOCUMENT = OpenApiDocument.make();
  private static final Map<String, Schema> SCHEMAS = new ConcurrentHashMap<>();

  private ContractCheck() {}

  /// @param target path and query as the client wrote them
  /// @throws AssertionError that names everything that is not as the contract says
  static void check(String method, String target, RawHttp.Answer answer) {
    List<String> violations = new ArrayList<>();
    String path = target.split("\\?", 2)[0];
    Optional<JsonObject> operation = Route.of(method, path).map(ContractCheck::operation);
    if (operation.isPresent()) {
      violations.addAll(violations(operation.get(), answer));
    } else if (Route.methodsOf(path).isEmpty() && !isOurs(path)) {
      return; // Only the dev stack has it.
    } else {
      violations.addAll(error(answer));
    }
    if (!violations.isEmpty()) {
      throw new AssertionError(
          "%s %s answered %d against the contract:%n%s%n%s"
              .formatted(
                  method, target, answer.status(), String.join("\n", violations), answer.text()));
    }
  }

  private static boolean isOurs(String path) {
    return Route.withoutPrefix(path).startsWith("/v1/") || path.startsWith("/admin/");
  }

  private static JsonObject operation(Route route) {
    return DOCUMENT
        .object("paths")
        .flatMap(paths -> paths.object(route.template()))
        .flatMap(path -> path.object(route.method().toLowerCase(Locale.ROOT)))
        .orElseThrow();
  }

  private static List<String> violations(JsonObject operation, RawHttp.Answer answer) {
    JsonObject responses = operation.object("responses").orElseThrow();
    Optional<JsonObject> declared = responses.object(String.valueOf(answer.status()));
    if (declared.isEmpty()) {
      return List.of("The status is not declared, only " + responses.members().keySet());
    }
    if (answer.status() >= 400) {
      return error(answer);
    }
    String type = answer.headers().getOrDefault("content-type", "none").split(";", 2)[0];
    return declared
        .flatMap(response -> response.object("content"))
        .flatMap(content -> content.object(type))
        .flatMap(media -> media.object("schema"))
        .flatMap(schema -> schema.text("$ref"))
        .map(ContractCheck::name)
        .map(schema ->
            type.equals("text/event-stream")
                ? ServerSentEvents.violations(schema, answer.text())
                : violations(schema, answer.body()))
        .orElseGet(() -> List.of("The content type is not declared: " + type));
  }

  private static List<String> error(RawHttp.Answer answer) {
    List<String> violations = new ArrayList<>(violations("Error", answer.body()));
    if (!answer.headers().containsKey("x-request-id")) {
      violations.add("An error without x-request-id");
    }
    return violations;
  }

  private static List<String> violations(String schema, byte[] body) {
    return Json.parse(body) instanceof Json.Parse.Parsed(var document)
        ? violations(schema, document.root())
        : List.of("The body is not JSON");
  }

  /// What is wrong with a value, empty when it is as the schema of this name says.
  static List<String> violations(String schema, JsonValue value) {
    return SCHEMAS
        .computeIfAbsent(schema, ContractCheck::schema)
        .validate(text(value), InputFormat.JSON)
        .stream()
        .map(error -> schema + error.getInstanceLocation() + ": " + error.getMessage())
        .toList();
  }

  /// The schema of one kind of event, which tells what is wrong more precisely than the choice
  /// among all of them.
  static String schemaOf(String choice, JsonObject event) {
    return schemas()
        .object(choice)
        .flatMap(schema -> schema.object("discriminator"))
        .flatMap(discriminator -> discriminator.object("mapping"))
        .flatMap(mapping -> mapping.text(event.text("type").orElse("")))
        .map(ContractCheck::name)
        .orElse(choice);
  }

  private static Schema schema(String name) {
    return REGISTRY.getSchema(
        text(
            JsonObject.builder()
                .put("$ref", "#/components/schemas/" + name)
                .put("components", DOCUMENT.object("components").orElseThrow())
                .build()));
  }

  private static JsonObject schemas() {
    return DOCUMENT
        .object("components")
        .flatMap(components -> components.object("schemas"))
        .orElseThrow();
  }

  private static String name(String reference) {
    return reference.substring(reference.lastIndexOf('/') + 1);
  }

  private static String text(JsonValue value) {
    return new String(Json.write(value), StandardCharsets.UTF_8);
  }
}
