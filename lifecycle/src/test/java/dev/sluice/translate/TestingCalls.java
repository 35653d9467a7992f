package dev.sluice.translate;

import dev.sluice.request.Endpoint;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.upstream.ChatTraits;
import dev.sluice.upstream.Model;
import dev.sluice.upstream.Upstream;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// Calls and targets for the tests of translations. JSON may be written with single quotes.
final class TestingCalls {

  static final ResponseId ID =
      ResponseId.parse("resp_0192a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b").orElseThrow();
  static final Instant CREATED = Instant.ofEpochSecond(1_700_000_000);
  static final Instant AT = CREATED.plusSeconds(9);

  private TestingCalls() {}

  static JsonObject json(String text) {
    JsonObject object = Json.objectOrEmpty(bytes(text));
    if (object.members().isEmpty()) {
      throw new IllegalArgumentException("Not a JSON object with members: " + text);
    }
    return object;
  }

  static byte[] bytes(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  static JsonDocument document(JsonObject object) {
    return document(Json.write(object));
  }

  static JsonDocument document(byte[] bytes) {
    if (Json.parseUpstream(bytes) instanceof Json.Parse.Parsed(JsonDocument document)) {
      return document;
    }
    throw new IllegalArgumentException("Not JSON: " + new String(bytes, StandardCharsets.UTF_8));
  }

  static String text(JsonValue value) {
    return new String(Json.write(value), StandardCharsets.UTF_8);
  }

  /// A call whose items are those of its own body.
  static ClientCall call(Endpoint endpoint, JsonObject body) {
    return call(endpoint, body, List.of());
  }

  /// @param history the items of the turns before
  static ClientCall call(Endpoint endpoint, JsonObject body, List<JsonObject> history) {
    List<JsonObject> own =
        body.text("input")
            .map(input ->
                List.of(json("{'role':'user','content':" + text(JsonValue.of(input)) + "}")))
            .orElseGet(() ->
                body.items("input").stream()
                    .filter(JsonObject.class::isInstance)
                    .map(JsonObject.class::cast)
                    .toList());
    return new ClientCall(
        new RequestData(
            ID,
            new UUID(1, 2),
            "key",
            endpoint,
            "alias",
            ServiceTier.PRIORITY,
            body.isTrue("stream"),
            false,
            true,
            CREATED,
            CREATED,
            null,
            false,
            false),
        document(body),
        ConversationItems.resolve(history, own));
  }

  static Model.Target target(Upstream.Protocol protocol, ChatTraits traits) {
    return new Model.Target(
        new Upstream(
            "up",
            URI.create("http://up/v1"),
            protocol,
            new Upstream.Credential.None(),
            Upstream.Timeouts.DEFAULT,
            false,
            traits),
        "theirs");
  }

  static Model.Target chat() {
    return target(Upstream.Protocol.CHAT, ChatTraits.DEFAULT);
  }

  static Model.Target responses() {
    return target(Upstream.Protocol.RESPONSES, ChatTraits.DEFAULT);
  }
}
