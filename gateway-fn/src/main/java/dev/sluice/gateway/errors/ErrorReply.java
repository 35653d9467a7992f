package dev.sluice.gateway.errors;

import dev.sluice.completion.QueueUnavailableException;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.sandbox.SecretUnavailableException;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/// An error as it goes to the client: the one place where exceptions become HTTP. Messages of
/// foreign exceptions never reach a client.
///
/// @param headers by lower-case name, `content-type` and `x-request-id` included
/// @param error the object under `error` in the envelope
public record ErrorReply(int status, Map<String, String> headers, JsonObject error) {

  private static final String RETRY_AFTER_SECONDS = "1";

  /// A database that was paused needs 15 s and more to resume: with this wait, the three tries that
  /// a client's library makes by itself, each of which waits for a connection, last longer.
  private static final String DATABASE_RETRY_AFTER_SECONDS = "5";

  public ErrorReply {
    headers = Map.copyOf(headers);
  }

  /// Turns whatever ended a request into its error.
  public static ErrorReply of(Throwable thrown, String requestId) {
    GatewayException error =
        switch (thrown) {
          case GatewayException known -> known;
          case StoreUnavailableException _ ->
              overloaded("The database does not answer right now. Try again.");
          case SecretUnavailableException _ ->
              overloaded("A secret of the gateway cannot be read right now. Try again.");
          case QueueUnavailableException _ ->
              overloaded(
                  "The record queue does not answer right now. No answer was given; try again.");
          default ->
              GatewayException.of(
                  ErrorCode.INTERNAL_ERROR,
                  "Something went wrong in the gateway. Try again, and report request id "
                      + requestId
                      + " if it stays.");
        };
    Map<String, String> headers = new LinkedHashMap<>(error.headers());
    headers.put("content-type", "application/json");
    headers.put("cache-control", "no-store");
    headers.put("x-request-id", requestId);
    if (error.status() == 503) {
      boolean isDatabase =
          thrown instanceof StoreUnavailableException
              || thrown.getCause() instanceof StoreUnavailableException;
      headers.putIfAbsent(
          "retry-after", isDatabase ? DATABASE_RETRY_AFTER_SECONDS : RETRY_AFTER_SECONDS);
    }
    return new ErrorReply(error.status(), headers, body(error, requestId));
  }

  /// A call may have begun, so nothing is promised about it.
  private static GatewayException overloaded(String what) {
    return GatewayException.of(ErrorCode.OVERLOADED, what);
  }

  private static JsonObject body(GatewayException error, String requestId) {
    return JsonObject.builder()
        .put("message", error.message())
        .put("type", error.code().type().text())
        .putNullable("param", error.param())
        .put("code", error.codeText())
        .put("request_id", requestId)
        .build();
  }

  /// The whole envelope.
  public byte[] body() {
    return Json.write(JsonObject.builder().put("error", error).build());
  }
}
