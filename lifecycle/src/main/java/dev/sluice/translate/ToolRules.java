package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the tools of a Responses request mean for the calls in its answer. `allowed_tools` and
/// `none` are promises to the client: a call that a model makes all the same is not shown.
///
/// @param allowed the names that may be called; null when every name may
/// @param custom the names of tools that take free text
record ToolRules(@Nullable Set<String> allowed, Set<String> custom) {

  /// Of an answer whose calls are shown as they are.
  static final ToolRules NONE = new ToolRules(null, Set.of());

  ToolRules {
    allowed = allowed == null ? null : Set.copyOf(allowed);
    custom = Set.copyOf(custom);
  }

  static ToolRules of(JsonObject request) {
    Set<String> custom =
        objects(request.items("tools")).stream()
            .filter(tool -> tool.text("type").orElse("").equals("custom"))
            .flatMap(tool -> tool.text("name").stream())
            .collect(Collectors.toCollection(HashSet::new));
    objects(request.items("tools")).stream()
        .filter(tool -> !tool.text("type").orElse("").equals("custom"))
        .flatMap(tool -> tool.text("name").stream())
        .forEach(custom::remove);
    return new ToolRules(allowed(request.get("tool_choice")), custom);
  }

  private static @Nullable Set<String> allowed(@Nullable JsonValue choice) {
    if (choice instanceof JsonObject object) {
      return object.text("type").orElse("").equals("allowed_tools")
          ? objects(object.items("tools")).stream()
              .map(tool -> tool.text("name").orElse(""))
              .collect(Collectors.toSet())
          : null;
    }
    boolean none = choice != null && Objects.equals(choice.asText().orElse(""), "none");
    return none ? Set.of() : null;
  }

  private static List<JsonObject> objects(List<JsonValue> items) {
    return items.stream().filter(JsonObject.class::isInstance).map(JsonObject.class::cast).toList();
  }

  /// Whether a call of this tool is shown.
  boolean allows(String name) {
    return allowed == null || allowed.contains(name);
  }

  /// Whether this item may be shown: calls by their name, everything else always.
  boolean allows(JsonObject item) {
    return switch (item.text("type").orElse("")) {
      case "function_call", "custom_tool_call" -> allows(item.text("name").orElse(""));
      default -> true;
    };
  }

  boolean isCustom(String name) {
    return custom.contains(name);
  }
}
