package dev.sluice.wire;

import dev.sluice.wire.JsonValue.JsonObject;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON bytes together with what they say, so that single members can be replaced while all other
/// bytes stay as their author wrote them.
///
/// The array is shared, not copied: neither the giver nor a reader may change it.
public final class JsonDocument {

  /// Where a top-level member stands: from the quote of its name to the end of its value.
  record Member(String name, int nameStart, int valueStart, int end) {}

  private final byte[] bytes;
  private final JsonValue root;
  private final List<Member> spans;

  JsonDocument(byte[] bytes, JsonValue root, List<Member> spans) {
    this.bytes = bytes;
    this.root = root;
    this.spans = List.copyOf(spans);
  }

  public byte[] bytes() {
    return bytes;
  }

  public JsonValue root() {
    return root;
  }

  /// The root as an object; empty when the bytes hold another kind of value.
  public JsonObject object() {
    return root instanceof JsonObject object ? object : JsonObject.EMPTY;
  }

  /// An edit of the top-level members of an object.
  public Edit edit() {
    if (!(root instanceof JsonObject)) {
      throw new IllegalStateException(
          "Only an object has members to edit, this is: " + root.kind());
    }
    return new Edit();
  }

  /// Collects changes of top-level members. A member is changed in place, or added at the end when
  /// it is missing.
  public final class Edit {

    private final Map<String, @Nullable JsonValue> changes = new LinkedHashMap<>();

    private Edit() {}

    public Edit set(String name, JsonValue value) {
      changes.put(name, value);
      return this;
    }

    public Edit set(String name, String value) {
      return set(name, JsonValue.of(value));
    }

    public Edit remove(String name) {
      changes.put(name, null);
      return this;
    }

    /// The edited bytes; the original array itself when nothing changes.
    public byte[] toBytes() {
      if (changes.keySet().stream()
          .noneMatch(name -> object().has(name) || changes.get(name) != null)) {
        return bytes;
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 64);
      Map<String, @Nullable JsonValue> missing = new LinkedHashMap<>(changes);
      out.write('{');
      boolean first = true;
      for (Member member : spans) {
        JsonValue changed = changes.get(member.name());
        boolean isChanged = changes.containsKey(member.name());
        missing.remove(member.name());
        if (isChanged && changed == null) {
          continue;
        }
        if (!first) {
          out.write(',');
        }
        first = false;
        if (changed == null) {
          out.write(bytes, member.nameStart(), member.end() - member.nameStart());
        } else {
          out.write(bytes, member.nameStart(), member.valueStart() - member.nameStart());
          out.writeBytes(Json.write(changed));
        }
      }
      for (Map.Entry<String, @Nullable JsonValue> added : missing.entrySet()) {
        JsonValue value = added.getValue();
        if (value == null) {
          continue;
        }
        if (!first) {
          out.write(',');
        }
        first = false;
        out.writeBytes(Json.write(JsonValue.of(added.getKey())));
        out.write(':');
        out.writeBytes(Json.write(value));
      }
      out.write('}');
      return out.toByteArray();
    }
  }
}
