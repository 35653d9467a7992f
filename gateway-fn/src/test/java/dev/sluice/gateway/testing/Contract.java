package dev.sluice.gateway.testing;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.sluice.gateway.openapi.OpenApiDocument;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The JSON Schemas of the API's contract, to hold what the gateway makes against them.
public final class Contract {

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private static final JsonObject DOCUMENT = OpenApiDocument.make();
  private static final Map<String, Schema> SCHEMAS = new ConcurrentHashMap<>();

  private Contract() {}

  /// What is wrong with a value, empty when it is as the schema of this name says.
  public static List<String> violations(String schema, JsonValue value) {
    return SCHEMAS
        .computeIfAbsent(schema, Contract::schema)
        .validate(text(value), InputFormat.JSON)
        .stream()
        .map(error -> error.getInstanceLocation() + ": " + error.getMessage())
        .toList();
  }

  /// What is wrong with an event of a stream, by the schema of its type.
  public static List<String> eventViolations(JsonObject event) {
    String type = event.text("type").orElse("");
    return violations(
        DOCUMENT
            .object("components")
            .flatMap(components -> components.object("schemas"))
            .flatMap(schemas -> schemas.object("ResponseStreamEvent"))
            .flatMap(schema -> schema.object("discriminator"))
            .flatMap(discriminator -> discriminator.object("mapping"))
            .flatMap(mapping -> mapping.text(type))
            .map(reference -> reference.substring(reference.lastIndexOf('/') + 1))
            .orElse("ResponseStreamEvent"),
        event);
  }

  private static Schema schema(String name) {
    return REGISTRY.getSchema(
        text(
            JsonObject.builder()
                .put("$ref", "#/components/schemas/" + name)
                .put("components", DOCUMENT.object("components").orElseThrow())
                .build()));
  }

  private static String text(JsonValue value) {
    return new String(Json.write(value), StandardCharsets.UTF_8);
  }
}
