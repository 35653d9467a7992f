package dev.sluice.gateway.inference;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import dev.sluice.translate.ClientCall;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How many tokens an input will be, by rule of thumb.
///
/// Text is cut by the vocabulary of OpenAI's present models (`o200k_base`), whatever model is
/// asked; others differ by some per cent. The rest follows OpenAI's published accounting where
/// there is one: 3 tokens around each item, 3 that begin the answer, 85 for an image of low detail
/// and 765 for any other, which is one of 1,024 by 1,024 pixels. A file is taken as a token for
/// each four bytes of its data, and as 1,000 tokens where it is named only; sound as a token for
/// each 1,600 bytes. Safe for use by several threads.
@Singleton
final class TokenEstimate {

  private static final long AROUND_ITEM = 3;
  private static final long BEFORE_ANSWER = 3;
  private static final long AROUND_TOOL = 8;
  private static final long LOW_IMAGE = 85;
  private static final long IMAGE = 765;
  private static final long NAMED_FILE = 1_000;
  private static final long BYTES_PER_TOKEN_OF_FILES = 4;
  private static final long BYTES_PER_TOKEN_OF_SOUND = 1_600;

  /// What an item says to the model; the rest of it is bookkeeping.
  private static final Set<String> SPOKEN =
      Set.of("content", "summary", "name", "arguments", "input", "output");

  /// Reads its vocabulary, 200,000 words, when it is first used: no other request pays for that.
  private final EncodingRegistry encodings = Encodings.newLazyEncodingRegistry();

  long of(ClientCall call) {
    JsonObject body = call.document().object();
    long tokens = BEFORE_ANSWER;
    if (body.get("instructions") instanceof JsonString(String instructions)) {
      tokens += AROUND_ITEM + text(instructions);
    }
    for (JsonObject item : call.input()) {
      tokens += AROUND_ITEM + item(item);
    }
    for (JsonValue tool : body.items("tools")) {
      tokens += AROUND_TOOL + json(tool);
    }
    JsonObject format =
        body.object("text").flatMap(text -> text.object("format")).orElse(JsonObject.EMPTY);
    return tokens + format.object("schema").map(this::json).orElse(0L);
  }

  private long item(JsonObject item) {
    long tokens =
        item.text("encrypted_content").map(sealed -> sealed.length() / 4L).orElse(0L)
            + item.text("role").map(this::text).orElse(0L);
    for (String name : SPOKEN) {
      tokens += spoken(item.get(name));
    }
    return tokens;
  }

  private long spoken(@Nullable JsonValue value) {
    return switch (value) {
      case JsonString(String text) -> text(text);
      case JsonArray(List<JsonValue> parts) ->
          parts.stream()
              .mapToLong(part -> part instanceof JsonObject object ? part(object) : json(part))
              .sum();
      case JsonObject other -> json(other);
      case null, default -> 0;
    };
  }

  private long part(JsonObject part) {
    return switch (part.text("type").orElse("")) {
      case "input_image" ->
          part.text("detail").filter("low"::equals).isPresent() ? LOW_IMAGE : IMAGE;
      case "input_file" ->
          part.text("file_data")
              .map(data -> bytes(data) / BYTES_PER_TOKEN_OF_FILES)
              .orElse(NAMED_FILE);
      case "input_audio" ->
          part.object("input_audio")
              .flatMap(audio -> audio.text("data"))
              .map(data -> bytes(data) / BYTES_PER_TOKEN_OF_SOUND)
              .orElse(0L);
      default ->
          part.text("text")
              .or(() -> part.text("refusal"))
              .map(this::text)
              .orElseGet(() -> json(part));
    };
  }

  private static long bytes(String base64) {
    return base64.length() * 3L / 4;
  }

  private long json(JsonValue value) {
    return text(new String(Json.write(value), StandardCharsets.UTF_8));
  }

  private long text(String text) {
    Encoding encoding = encodings.getEncoding(EncodingType.O200K_BASE);
    return encoding.countTokensOrdinary(text);
  }
}
