package dev.sluice.translate;

import dev.sluice.request.ResponseId;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Ids of items, derived from the response and the item's place, so that every read of a response
/// shows the same ones without their being stored.
///
/// @param response whose items these are
/// @param part `output` or `input`: the two lists never share an id
public record ItemIds(ResponseId response, String part) {

  private static final Pattern PREFIX = Pattern.compile("([a-z]{1,16})_");

  public static ItemIds ofOutput(ResponseId response) {
    return new ItemIds(response, "output");
  }

  public static ItemIds ofInput(ResponseId response) {
    return new ItemIds(response, "input");
  }

  public String message(int index) {
    return "msg_" + uuid(index);
  }

  public String functionCall(int index) {
    return "fc_" + uuid(index);
  }

  public String functionCallOutput(int index) {
    return "fco_" + uuid(index);
  }

  public String customToolCall(int index) {
    return "ctc_" + uuid(index);
  }

  public String reasoning(int index) {
    return "rs_" + uuid(index);
  }

  public String compaction(int index) {
    return "cmp_" + uuid(index);
  }

  /// The id of an item of any type. The items of hosted tools keep the prefix that their maker gave
  /// them; an output of a tool without one is named like that of a function.
  public String of(JsonObject item, int index) {
    return switch (item.text("type").orElse("message")) {
      case "message" -> message(index);
      case "reasoning" -> reasoning(index);
      case "function_call" -> functionCall(index);
      case "function_call_output" -> functionCallOutput(index);
      case "custom_tool_call" -> customToolCall(index);
      case "compaction" -> compaction(index);
      default -> prefix(item) + "_" + uuid(index);
    };
  }

  private static String prefix(JsonObject item) {
    Matcher matcher = PREFIX.matcher(item.text("id").orElse(""));
    if (matcher.lookingAt()) {
      return matcher.group(1);
    }
    return item.text("type").orElse("").endsWith("_output") ? "fco" : "item";
  }

  /// A call id for a tool call whose maker gave none.
  public String call(int index) {
    return "call_" + uuid(index);
  }

  /// Version 5 (RFC 9562, 5.5): SHA-1 over the response's UUID and the name of the place.
  private UUID uuid(int index) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      UUID namespace = response.uuid();
      sha1.update(
          ByteBuffer.allocate(16)
              .putLong(namespace.getMostSignificantBits())
              .putLong(namespace.getLeastSignificantBits())
              .array());
      sha1.update((part + "/" + index).getBytes(StandardCharsets.US_ASCII));
      ByteBuffer digest = ByteBuffer.wrap(sha1.digest());
      return new UUID(
          (digest.getLong() & ~0xF000L) | 0x5000L,
          (digest.getLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This JDK has no SHA-1", e);
    }
  }
}
