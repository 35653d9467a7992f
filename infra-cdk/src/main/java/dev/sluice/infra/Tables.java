package dev.sluice.infra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.StreamSupport;

/// Tables of the functions' modules, which the build copies beside these classes: their own tests
/// hold them equal to what the functions do.
final class Tables {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Tables() {}

  /// @throws IllegalStateException when there is no array of this name
  static List<JsonNode> rows(String file) {
    try (InputStream in = Tables.class.getResourceAsStream("/" + file)) {
      if (in == null) {
        throw new IllegalStateException("The build did not copy " + file);
      }
      JsonNode table = JSON.readTree(in);
      if (!table.isArray()) {
        throw new IllegalStateException(file + " is no array");
      }
      return StreamSupport.stream(table.spliterator(), false).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }

  /// @throws IllegalStateException when the row has no such text
  static String text(JsonNode row, String name) {
    JsonNode value = row.path(name);
    if (!value.isTextual()) {
      throw new IllegalStateException("A row has no '" + name + "': " + row);
    }
    return value.textValue();
  }
}
