package dev.sluice.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonBoolean;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The one JSON codec.
///
/// [#parse] is strict in the ways in which a mistake would be silent (duplicate keys, trailing
/// data, byte order mark, UTF-16, invalid UTF-8, depth above 128, numbers above 100 characters).
/// [#parseUpstream] reads what model servers send: the last of duplicate keys wins and the limits
/// are wider. Neither throws for any input.
public final class Json {

  static final int MAX_DEPTH = 128;
  private static final int MAX_NUMBER_LENGTH = 100;
  private static final int MAX_NAME_LENGTH = 50_000;

  private static final JsonFactory CLIENT = factory(MAX_DEPTH, MAX_NUMBER_LENGTH);
  private static final JsonFactory UPSTREAM = factory(512, 1_000);
  private static final JsonFactory PLAIN = new JsonFactory();
  private static final JsonFactory ASCII =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private Json() {}

  private static JsonFactory factory(int depth, int numberLength) {
    return JsonFactory.builder()
        .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(depth)
                .maxNumberLength(numberLength)
                .maxNameLength(MAX_NAME_LENGTH)
                .maxStringLength(Integer.MAX_VALUE)
                .build())
        .build();
  }

  /// What became of the bytes.
  public sealed interface Parse {

    record Parsed(JsonDocument document) implements Parse {}

    /// Why the bytes are not acceptable JSON. The message is ours, never a parser's, and quotes no
    /// value.
    ///
    /// @param duplicateKey the name that appears twice, when that is the reason; otherwise empty
    record Malformed(String message, String duplicateKey) implements Parse {}
  }

  /// Parses what a client sent, by the strict rules.
  public static Parse parse(byte[] bytes) {
    if (isBlank(bytes)) {
      return new Parse.Malformed("The body is empty; a JSON object is expected.", "");
    }
    if (startsWith(bytes, 0xEF, 0xBB, 0xBF)
        || startsWith(bytes, 0xFE, 0xFF)
        || startsWith(bytes, 0xFF, 0xFE)) {
      return new Parse.Malformed("The body starts with a byte order mark; send plain UTF-8.", "");
    }
    if (indexOfNul(bytes) >= 0) {
      return new Parse.Malformed("The body contains a NUL byte; send plain UTF-8.", "");
    }
    int invalid = firstInvalidUtf8(bytes);
    if (invalid >= 0) {
      return new Parse.Malformed("The body is not valid UTF-8 at byte " + invalid + ".", "");
    }
    return parse(CLIENT, bytes, true);
  }

  /// Parses what a model server or our own store holds.
  public static Parse parseUpstream(byte[] bytes) {
    return isBlank(bytes)
        ? new Parse.Malformed("The body is empty.", "")
        : parse(UPSTREAM, bytes, false);
  }

  /// The object in these bytes, or an empty one when they hold anything else. For bytes that we
  /// stored ourselves.
  public static JsonObject objectOrEmpty(byte[] bytes) {
    return parseUpstream(bytes) instanceof Parse.Parsed(JsonDocument document)
            && document.root() instanceof JsonObject object
        ? object
        : JsonObject.EMPTY;
  }

  /// UTF-8 bytes of the value; unpaired surrogates are written as escapes.
  public static byte[] write(JsonValue value) {
    return write(PLAIN, value);
  }

  /// ASCII bytes of the value: everything beyond is written as escapes, so that any queue carries
  /// it.
  public static byte[] writeAscii(JsonValue value) {
    return write(ASCII, value);
  }

  private static byte[] write(JsonFactory factory, JsonValue value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator generator = factory.createGenerator(out)) {
      write(generator, value);
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory failed", e);
    }
    return out.toByteArray();
  }

  private static void write(JsonGenerator generator, JsonValue value) throws IOException {
    switch (value) {
      case JsonObject(Map<String, JsonValue> members) -> {
        generator.writeStartObject();
        for (Map.Entry<String, JsonValue> member : members.entrySet()) {
          generator.writeFieldName(member.getKey());
          write(generator, member.getValue());
        }
        generator.writeEndObject();
      }
      case JsonArray(List<JsonValue> items) -> {
        generator.writeStartArray();
        for (JsonValue item : items) {
          write(generator, item);
        }
        generator.writeEndArray();
      }
      case JsonString(String text) -> generator.writeString(text);
      case JsonNumber(String spelling) -> generator.writeNumber(spelling);
      case JsonBoolean(boolean truth) -> generator.writeBoolean(truth);
      case JsonNull _ -> generator.writeNull();
    }
  }

  private static Parse parse(JsonFactory factory, byte[] bytes, boolean strict) {
    try (JsonParser parser = factory.createParser(bytes)) {
      TreeReader reader = new TreeReader(parser, strict);
      JsonToken first = parser.nextToken();
      if (first == null) {
        return new Parse.Malformed("The body is empty; a JSON object is expected.", "");
      }
      JsonDocument document = reader.readDocument(bytes, first);
      if (parser.nextToken() != null) {
        return malformed("There is data after the JSON value", parser);
      }
      return new Parse.Parsed(document);
    } catch (DuplicateKeyException e) {
      return new Parse.Malformed(e.sentence(), e.name());
    } catch (StreamConstraintsException _) {
      return new Parse.Malformed(
          "The JSON is nested deeper than "
              + MAX_DEPTH
              + " levels, or holds a number of more than "
              + MAX_NUMBER_LENGTH
              + " characters.",
          "");
    } catch (JsonEOFException _) {
      return new Parse.Malformed("The JSON ends before its value is complete.", "");
    } catch (JsonParseException e) {
      long offset = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
      return new Parse.Malformed("The body is not valid JSON near byte " + offset + ".", "");
    } catch (IOException e) {
      return new Parse.Malformed(
          "The body is not valid JSON in UTF-8 (" + e.getClass().getSimpleName() + ").", "");
    }
  }

  private static Parse.Malformed malformed(String what, JsonParser parser) {
    return new Parse.Malformed(
        what + " near byte " + parser.currentTokenLocation().getByteOffset() + ".", "");
  }

  private static boolean isBlank(byte[] bytes) {
    for (byte b : bytes) {
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        return false;
      }
    }
    return true;
  }

  private static boolean startsWith(byte[] bytes, int... prefix) {
    if (bytes.length < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if ((bytes[i] & 0xFF) != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  private static int indexOfNul(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        return i;
      }
    }
    return -1;
  }

  /// The index of the first byte that is not UTF-8, or -1. Jackson accepts encoded surrogates, the
  /// JDK does not.
  private static int firstInvalidUtf8(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      var _ = StandardCharsets.UTF_8.newDecoder().decode(in);
      return -1;
    } catch (CharacterCodingException _) {
      return in.position(); // The caller reports it to the client as a 400.
    }
  }

  /// Reads values recursively; the depth is bounded by the factory's constraints.
  private record TreeReader(JsonParser parser, boolean strict) {

    JsonDocument readDocument(byte[] bytes, JsonToken first) throws IOException {
      if (first != JsonToken.START_OBJECT) {
        return new JsonDocument(bytes, read(first), List.of());
      }
      Map<String, JsonValue> members = new LinkedHashMap<>();
      List<JsonDocument.Member> spans = new ArrayList<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        int nameStart = (int) parser.currentTokenLocation().getByteOffset();
        String name = parser.currentName();
        JsonToken token = parser.nextToken();
        int valueStart = (int) parser.currentTokenLocation().getByteOffset();
        put(members, name, read(token));
        parser.finishToken();
        int end = (int) parser.currentLocation().getByteOffset();
        spans.add(new JsonDocument.Member(name, nameStart, valueStart, end));
      }
      return new JsonDocument(bytes, new JsonObject(members), spans);
    }

    private JsonValue read(JsonToken token) throws IOException {
      return switch (token) {
        case START_OBJECT -> {
          Map<String, JsonValue> members = new LinkedHashMap<>();
          while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            put(members, name, read(parser.nextToken()));
          }
          yield new JsonObject(members);
        }
        case START_ARRAY -> {
          List<JsonValue> items = new ArrayList<>();
          for (JsonToken next = parser.nextToken();
              next != JsonToken.END_ARRAY;
              next = parser.nextToken()) {
            items.add(read(next));
          }
          yield new JsonArray(items);
        }
        case VALUE_STRING -> new JsonString(parser.getText());
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonNumber(parser.getText());
        case VALUE_TRUE -> JsonBoolean.TRUE;
        case VALUE_FALSE -> JsonBoolean.FALSE;
        case VALUE_NULL -> JsonNull.NULL;
        case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
            throw new IllegalStateException("A value cannot start with " + token);
      };
    }

    private void put(Map<String, JsonValue> members, String name, JsonValue value)
        throws DuplicateKeyException {
      if (members.put(name, value) != null && strict) {
        throw new DuplicateKeyException(name, parser.currentTokenLocation().getByteOffset());
      }
    }
  }

  /// Ends the reading of a body that names a member twice.
  private static final class DuplicateKeyException extends IOException {

    private static final long serialVersionUID = 1L;
    private static final int SHOWN = 64;

    private final String name;
    private final long offset;

    DuplicateKeyException(String name, long offset) {
      this.name = name.length() > SHOWN ? name.substring(0, SHOWN) : name;
      this.offset = offset;
    }

    String name() {
      return name;
    }

    String sentence() {
      return "Duplicate key '" + name + "' near byte " + offset + ".";
    }
  }
}
