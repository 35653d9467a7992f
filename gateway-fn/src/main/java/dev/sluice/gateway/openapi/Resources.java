package dev.sluice.gateway.openapi;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/// The hand-written parts of the contract, packaged beside the code.
final class Resources {

  /// Each file maps names of components to JSON Schemas (draft 2020-12).
  private static final List<String> SCHEMAS =
      List.of("response", "items", "events", "chat", "requests", "errors", "admin");

  private Resources() {}

  /// What each route does, by its name in the table.
  static JsonObject operations() {
    return read("operations.json");
  }

  /// Parameters by the name under which operations ask for them; those of a path by the name in its
  /// template.
  static JsonObject parameters() {
    return read("parameters.json");
  }

  /// All schemas of all files.
  static JsonObject schemas() {
    JsonObject.Builder all = JsonObject.builder();
    for (String file : SCHEMAS) {
      read("schemas/" + file + ".json").members().forEach(all::put);
    }
    return all.build();
  }

  private static JsonObject read(String name) {
    String path = "/openapi/" + name;
    try (InputStream file = Resources.class.getResourceAsStream(path)) {
      if (file != null
          && Json.parse(file.readAllBytes()) instanceof Json.Parse.Parsed(var document)
          && document.root() instanceof JsonObject object) {
        return object;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(path + " cannot be read", e);
    }
    throw new IllegalStateException(path + " is missing, or no JSON object");
  }
}
