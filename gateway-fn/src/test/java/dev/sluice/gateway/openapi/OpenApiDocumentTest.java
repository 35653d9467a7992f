package dev.sluice.gateway.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.http.Route;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class OpenApiDocumentTest {

  private static final JsonObject DOCUMENT = OpenApiDocument.make();
  private static final String METHOD_NOT_ALLOWED = "405";

  @ParameterizedTest
  @EnumSource(Route.class)
  void everyRouteOfTheTableIsAnOperation(Route route) {
    JsonObject operation = operation(route);

    assertThat(operation.text("summary").orElseThrow()).endsWith(".");
    assertThat(operation.object("responses").orElseThrow().members())
        .containsKeys("500", "503")
        .containsKey(
            route.name().startsWith("CREATE_A") || route == Route.CREATE_KEY ? "201" : "200");
    assertThat(operation.items("security").isEmpty())
        .isEqualTo(route.access() == Route.Access.PUBLIC);
    assertThat(operation.has("requestBody") || !route.method().equals("POST") || hasNoBody(route))
        .isTrue();
  }

  /// An action on what the path names.
  private static boolean hasNoBody(Route route) {
    return route.template().endsWith("/cancel");
  }

  @Test
  void nothingButTheTableIsAnOperation() {
    List<String> operations = new ArrayList<>();
    paths()
        .members()
        .forEach((path, methods) ->
            ((JsonObject) methods)
                .members()
                .keySet()
                .forEach(method -> operations.add(method.toUpperCase(Locale.ROOT) + " " + path)));

    assertThat(operations)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Route.values()).map(r -> r.method() + " " + r.template()).toList());
  }

  @Test
  void nothingIsDescribedThatIsNotInTheTable() {
    assertThat(Resources.operations().members().keySet())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Route.values()).map(Route::name).toList());
  }

  @Test
  void operationsHaveNamesOfTheirOwn() {
    assertThat(
            Arrays.stream(Route.values())
                .map(route -> operation(route).text("operationId").orElseThrow())
                .toList())
        .doesNotHaveDuplicates();
  }

  @Test
  void itIsTheSameEachTime() {
    assertThat(Json.write(OpenApiDocument.make())).isEqualTo(Json.write(DOCUMENT));
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    assertThat(references())
        .isNotEmpty()
        .allSatisfy(reference -> assertThat(resolve(reference)).as(reference).isPresent());
  }

  @Test
  void everyComponentIsUsed() {
    Set<String> used = references();

    assertThat(componentNames("schemas")).allSatisfy(name -> assertThat(used).contains(name));
    assertThat(componentNames("parameters")).allSatisfy(name -> assertThat(used).contains(name));
    assertThat(componentNames("headers")).allSatisfy(name -> assertThat(used).contains(name));
  }

  @ParameterizedTest
  @EnumSource(Route.class)
  void everyVariableOfAPathIsAParameter(Route route) {
    List<String> variables =
        Stream.of(route.template().split("/", -1)).filter(s -> s.startsWith("{")).toList();

    List<String> declared =
        operation(route).items("parameters").stream()
            .map(parameter -> resolve(((JsonObject) parameter).text("$ref").orElseThrow()))
            .map(parameter -> (JsonObject) parameter.orElseThrow())
            .filter(parameter -> parameter.text("in").orElseThrow().equals("path"))
            .peek(parameter -> assertThat(parameter.isTrue("required")).isTrue())
            .map(parameter -> "{" + parameter.text("name").orElseThrow() + "}")
            .toList();

    assertThat(declared).isEqualTo(variables);
  }

  /// 405 answers a method that no operation has.
  @Test
  void everyStatusOfTheCatalogueIsDeclared() {
    Set<String> declared = new LinkedHashSet<>(Set.of(METHOD_NOT_ALLOWED));
    for (Route route : Route.values()) {
      declared.addAll(operation(route).object("responses").orElseThrow().members().keySet());
    }

    assertThat(Arrays.stream(ErrorCode.values()).flatMap(code -> code.status().stream()))
        .allSatisfy(status -> assertThat(declared).contains(String.valueOf(status)));
  }

  static Stream<String> schemaNames() {
    return componentNames("schemas").stream()
        .map(reference -> reference.substring(reference.lastIndexOf('/') + 1));
  }

  @ParameterizedTest
  @MethodSource("schemaNames")
  void everySchemaIsASchema(String name) {
    Schema metaSchema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
    JsonValue schema = resolve("#/components/schemas/" + name).orElseThrow();

    assertThat(metaSchema.validate(text(schema), InputFormat.JSON)).isEmpty();
  }

  /// A misspelled keyword would be ignored and check nothing.
  @Test
  void schemasUseOnlyKeywordsThatAreKnown() {
    Set<String> known =
        Set.of(
            "$ref",
            "description",
            "type",
            "const",
            "enum",
            "oneOf",
            "anyOf",
            "allOf",
            "not",
            "if",
            "then",
            "required",
            "properties",
            "additionalProperties",
            "propertyNames",
            "maxProperties",
            "items",
            "contains",
            "minItems",
            "maxItems",
            "minLength",
            "maxLength",
            "pattern",
            "minimum",
            "maximum",
            "format",
            "contentEncoding",
            "discriminator");
    JsonObject schemas = (JsonObject) resolve("#/components/schemas").orElseThrow();

    Set<String> used = new LinkedHashSet<>();
    schemas.members().values().forEach(schema -> keywords(schema, used));

    assertThat(known).containsAll(used);
  }

  private static void keywords(JsonValue schema, Set<String> used) {
    if (!(schema instanceof JsonObject object)) {
      return;
    }
    object
        .members()
        .forEach((keyword, value) -> {
          used.add(keyword);
          switch (keyword) {
            case "properties" ->
                ((JsonObject) value).members().values().forEach(v -> keywords(v, used));
            case "oneOf", "anyOf", "allOf" ->
                ((JsonArray) value).items().forEach(item -> keywords(item, used));
            case "items",
                "contains",
                "not",
                "if",
                "then",
                "additionalProperties",
                "propertyNames" ->
                keywords(value, used);
            default -> {
              // Its value is no schema.
            }
          }
        });
  }

  private static Set<String> references() {
    Set<String> references = new LinkedHashSet<>();
    walk(
        DOCUMENT,
        (name, value) -> {
          if (name.equals("$ref")) {
            references.add(value.asText().orElseThrow());
          }
        });
    return references;
  }

  private static void walk(JsonValue value, BiConsumer<String, JsonValue> member) {
    switch (value) {
      case JsonObject object ->
          object
              .members()
              .forEach((name, inner) -> {
                member.accept(name, inner);
                walk(inner, member);
              });
      case JsonArray(List<JsonValue> items) -> items.forEach(item -> walk(item, member));
      default -> {
        // A leaf.
      }
    }
  }

  private static List<String> componentNames(String kind) {
    return ((JsonObject) resolve("#/components/" + kind).orElseThrow())
        .members().keySet().stream().map(name -> "#/components/" + kind + "/" + name).toList();
  }

  private static Optional<JsonValue> resolve(String reference) {
    Optional<JsonValue> place = Optional.of(DOCUMENT);
    for (String step : List.of(reference.substring(2).split("/", -1))) {
      place = place.map(value -> ((JsonObject) value).get(step));
    }
    return place;
  }

  private static JsonObject paths() {
    return DOCUMENT.object("paths").orElseThrow();
  }

  private static JsonObject operation(Route route) {
    return paths()
        .object(route.template())
        .flatMap(path -> path.object(route.method().toLowerCase(Locale.ROOT)))
        .orElseThrow();
  }

  private static String text(JsonValue value) {
    return new String(Json.write(value), StandardCharsets.UTF_8);
  }
}
