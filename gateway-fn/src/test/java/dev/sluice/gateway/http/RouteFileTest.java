package dev.sluice.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The deployment reads the routes from a file, because it may use no class of ours.
final class RouteFileTest {

  @Test
  void theFileOfTheDeploymentIsTheTable() throws IOException {
    List<JsonValue> ofTable =
        Arrays.stream(Route.values()).<JsonValue>map(RouteFileTest::row).toList();

    assertThat(ofFile()).containsExactlyElementsOf(ofTable);
  }

  /// The deployment adds `/ai` to exactly these.
  @Test
  void everyPathUnderV1IsAlsoOneUnderAi() {
    for (Route route : Route.values()) {
      String path = route.template().replaceAll("\\{[a-z]+}", "x");

      if (path.startsWith("/v1/")) {
        assertThat(Route.of(route.method(), "/ai" + path)).contains(route);
      } else {
        assertThat(Route.of(route.method(), "/ai" + path)).isEmpty();
      }
    }
  }

  private static List<JsonValue> ofFile() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(Route.class.getResourceAsStream("/routes.json"), "routes.json")) {
      byte[] bytes = in.readAllBytes();
      if (Json.parseUpstream(bytes) instanceof Json.Parse.Parsed(var document)
          && document.root() instanceof JsonArray(var rows)) {
        return rows;
      }
      throw new AssertionError("routes.json is not an array");
    }
  }

  private static JsonObject row(Route route) {
    return JsonObject.builder()
        .put("method", route.method())
        .put("path", route.template())
        .put("function", route.function().name().toLowerCase(Locale.ROOT))
        .put("access", route.access().name().toLowerCase(Locale.ROOT))
        .build();
  }
}
