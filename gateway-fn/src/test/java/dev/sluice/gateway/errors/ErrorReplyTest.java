package dev.sluice.gateway.errors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.QueueUnavailableException;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ErrorReplyTest {

  /// The types of design and docs, by status.
  private static final Map<Integer, String> TYPES =
      Map.ofEntries(
          Map.entry(400, "invalid_request_error"),
          Map.entry(401, "authentication_error"),
          Map.entry(403, "permission_error"),
          Map.entry(404, "not_found_error"),
          Map.entry(409, "conflict_error"),
          Map.entry(405, "invalid_request_error"),
          Map.entry(413, "invalid_request_error"),
          Map.entry(415, "invalid_request_error"),
          Map.entry(422, "invalid_request_error"),
          Map.entry(429, "rate_limit_error"),
          Map.entry(500, "server_error"),
          Map.entry(502, "upstream_error"),
          Map.entry(503, "server_error"),
          Map.entry(504, "upstream_error"));

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyCodeHasItsStatusItsTypeAndTheWholeEnvelope(ErrorCode code) {
    GatewayException exception =
        code.status().isPresent()
            ? GatewayException.of(code, "What happened.", "input[2]")
            : GatewayException.ofUpstream(code, 422, "What happened.", "input[2]");

    ErrorReply reply = ErrorReply.of(exception, "request-1");

    JsonObject error = Json.objectOrEmpty(reply.body()).object("error").orElseThrow();
    assertThat(error.members()).containsOnlyKeys("message", "type", "param", "code", "request_id");
    assertThat(error.text("message")).contains("What happened.");
    assertThat(error.text("param")).contains("input[2]");
    assertThat(error.text("code")).contains(code.text());
    assertThat(error.text("request_id")).contains("request-1");
    assertThat(error.text("type")).contains(TYPES.get(reply.status()));
    assertThat(code.cause()).endsWith(".");
    assertThat(code.fix()).endsWith(".");
  }

  @Test
  void aParamThatIsNotKnownIsNull() {
    ErrorReply reply =
        ErrorReply.of(GatewayException.of(ErrorCode.INVALID_JSON, "No."), "request-1");

    assertThat(reply.error().get("param")).isEqualTo(JsonNull.NULL);
  }

  @Test
  void theTextOfForeignExceptionsIsNotShown() {
    ErrorReply reply = ErrorReply.of(new IllegalStateException("password=hunter2"), "request-1");

    assertThat(reply.status()).isEqualTo(500);
    assertThat(new String(reply.body(), StandardCharsets.UTF_8))
        .doesNotContain("hunter2")
        .contains("request-1");
  }

  @Test
  void anUnreachableDatabaseOrQueueIsOverloadedAndSaysWhenToComeBack() {
    ErrorReply ofStore =
        ErrorReply.of(
            new StoreUnavailableException("jdbc:…", new IOException("secret")), "request-1");
    ErrorReply ofQueue =
        ErrorReply.of(new QueueUnavailableException("sqs", new IOException("secret")), "request-1");

    assertThat(ofStore.status()).isEqualTo(503);
    assertThat(ofStore.error().text("code")).contains("overloaded");
    assertThat(ofStore.headers()).containsEntry("retry-after", "5");
    assertThat(ofQueue.headers()).containsEntry("retry-after", "1");
    assertThat(ofQueue.status()).isEqualTo(503);
    assertThat(new String(ofQueue.body(), StandardCharsets.UTF_8))
        .doesNotContain("secret", "Nothing was called");
  }

  @Test
  void everyErrorIsJsonThatNobodyCaches() {
    ErrorReply reply =
        ErrorReply.of(
            GatewayException.of(ErrorCode.METHOD_NOT_ALLOWED, "No.").withHeader("allow", "GET"),
            "request-1");

    assertThat(reply.headers())
        .containsEntry("content-type", "application/json")
        .containsEntry("cache-control", "no-store")
        .containsEntry("x-request-id", "request-1")
        .containsEntry("allow", "GET");
  }

  @Test
  void theErrorPageIsCurrent() throws IOException {
    assertThat(Path.of("../docs/errors.md"))
        .as("made by ErrorPage, see there")
        .content()
        .isEqualTo(ErrorPage.markdown());
  }

  @Test
  void theErrorPageIsWrittenWhereItIsAsked() throws IOException {
    Path file = Files.createTempFile("errors", ".md");

    ErrorPage.main(new String[] {file.toString()});

    assertThat(file).content().startsWith("# Errors").contains("`response_not_yet_recorded`");
  }
}
