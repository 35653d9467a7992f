package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonBoolean;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The status that an upstream meant when it put an error into a 200.
public final class HiddenError {

  private static final int UNKNOWN = 502;

  private HiddenError() {}

  /// The status of an answer or a stream event that carries an error; empty when it carries none.
  ///
  /// Servers put the number into `error.code`, `error.status` or a top-level `code`, as a number or
  /// as text, or say only a word; without either it is 502.
  public static Optional<Integer> statusOf(JsonObject answer) {
    JsonValue error = answer.get("error");
    if (error instanceof JsonObject details) {
      return Optional.of(
          status(details.get("code"))
              .or(() -> status(details.get("status")))
              .or(() -> status(details.get("status_code")))
              .or(() -> status(answer.get("code")))
              .or(() -> word(details.text("type").orElse("")))
              .or(() -> word(details.text("code").orElse("")))
              .orElse(UNKNOWN));
    }
    boolean says =
        error != null
            && !(error instanceof JsonNull)
            && !error.equals(JsonBoolean.FALSE)
            && !error.equals(new JsonString(""));
    if (says) {
      return Optional.of(status(answer.get("code")).orElse(UNKNOWN));
    }
    return answer.text("object").filter("error"::equals).isPresent()
        ? Optional.of(status(answer.get("code")).orElse(UNKNOWN))
        : Optional.empty();
  }

  private static Optional<Integer> status(@Nullable JsonValue value) {
    return switch (value) {
      case JsonNumber number -> number.asLong().flatMap(HiddenError::errorStatus);
      case JsonString(String text) when text.matches("[45][0-9]{2}") ->
          Optional.of(Integer.valueOf(text));
      case null, default -> Optional.empty();
    };
  }

  private static Optional<Integer> errorStatus(long number) {
    return number >= 400 && number <= 599 ? Optional.of((int) number) : Optional.empty();
  }

  private static Optional<Integer> word(String word) {
    return switch (word) {
      case "invalid_request_error",
          "BadRequestError",
          "context_length_exceeded",
          "invalid_prompt" ->
          Optional.of(400);
      case "authentication_error", "invalid_api_key" -> Optional.of(401);
      case "insufficient_quota", "rate_limit_error", "rate_limit_exceeded" -> Optional.of(429);
      case "permission_error" -> Optional.of(403);
      case "not_found_error", "model_not_found" -> Optional.of(404);
      case "overloaded_error", "engine_overloaded" -> Optional.of(503);
      default -> Optional.empty();
    };
  }
}
