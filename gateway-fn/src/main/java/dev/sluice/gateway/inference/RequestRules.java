package dev.sluice.gateway.inference;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.Endpoint;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.Locale;
import java.util.regex.Pattern;

/// What a request must be before anything is done for it. Strict where a mistake would be silent;
/// members that nobody here knows are left to the translation.
final class RequestRules {

  private static final int MAX_MODEL_LENGTH = 256;
  private static final Pattern JSON_TYPE =
      Pattern.compile(
          "application/([a-z0-9.+-]+\\+)?json\\s*(;\\s*charset\\s*=\\s*\"?utf-?8\"?\\s*)?;?");

  private final int maxBodyBytes;

  RequestRules(int maxBodyBytes) {
    this.maxBodyBytes = maxBodyBytes;
  }

  /// Checks a request for this endpoint.
  ///
  /// @throws GatewayException 400, 413 or 415, naming the field at fault
  ValidRequest check(Endpoint endpoint, InboundRequest inbound) {
    JsonDocument document = read(inbound);
    Field body = Field.root(document.object());
    ValidRequest request =
        switch (endpoint) {
          case CHAT_COMPLETIONS -> ChatRules.check(body, common(document, body));
          case EMBEDDINGS -> EmbeddingsRules.check(body, common(document, body));
          case RESPONSES -> ResponsesRules.check(body, common(document, body));
          case COMPACTIONS -> ResponsesRules.checkCompaction(body, common(document, body));
        };
    TierRules.check(request);
    return request;
  }

  /// Checks a request whose input is to be counted.
  ///
  /// @throws GatewayException as [#check]
  ValidRequest checkCount(InboundRequest inbound) {
    JsonDocument document = read(inbound);
    Field body = Field.root(document.object());
    return ResponsesRules.checkCount(body, common(document, body));
  }

  private JsonDocument read(InboundRequest inbound) {
    if (inbound.body().length > maxBodyBytes) {
      throw GatewayException.of(
          ErrorCode.REQUEST_TOO_LARGE,
          "The body has "
              + inbound.body().length
              + " bytes; one call can carry "
              + maxBodyBytes
              + ". Send less in one call, or refer to images and files by URL.");
    }
    String type = inbound.header("content-type").orElse("application/json").strip();
    if (!JSON_TYPE.matcher(type.toLowerCase(Locale.ROOT)).matches()) {
      throw GatewayException.of(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "The body must be JSON in UTF-8: send \"Content-Type: application/json\".");
    }
    return parse(inbound.body());
  }

  private static JsonDocument parse(byte[] bytes) {
    return switch (Json.parse(bytes)) {
      case Json.Parse.Parsed(JsonDocument document) -> {
        if (!(document.root() instanceof JsonObject)) {
          throw GatewayException.of(
              ErrorCode.INVALID_JSON,
              "The body must be a JSON object, not " + document.root().kind() + ".");
        }
        yield document;
      }
      case Json.Parse.Malformed(String message, String duplicateKey) ->
          throw duplicateKey.isEmpty()
              ? GatewayException.of(ErrorCode.INVALID_JSON, message)
              : GatewayException.of(ErrorCode.DUPLICATE_KEY, message, duplicateKey);
    };
  }

  private static ValidRequest.Common common(JsonDocument document, Field body) {
    Field model = body.member("model").required();
    String alias = model.text();
    if (alias.isBlank() || alias.length() > MAX_MODEL_LENGTH) {
      throw model.invalid("must have 1 to " + MAX_MODEL_LENGTH + " characters");
    }
    body.member("user").checkText();
    Field store = body.member("store");
    return new ValidRequest.Common(
        document,
        alias,
        TierRules.tier(body.member("service_tier")),
        store.isAbsent() || store.truth());
  }
}
