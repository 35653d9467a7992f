package dev.sluice.wire;

import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.ClientDisconnected;
import dev.sluice.request.FailureReason.DeadlineExceeded;
import dev.sluice.request.FailureReason.GatewayLost;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.NonRetriableStatus;
import dev.sluice.request.FailureReason.RequestRejected;
import dev.sluice.request.FailureReason.RetriableStatus;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.request.FailureReason.WorkerLost;
import dev.sluice.wire.JsonValue.JsonObject;

/// Failure reasons as JSON: the label under `type`, and the details of that reason.
public final class FailureJson {

  private FailureJson() {}

  public static JsonObject write(FailureReason reason) {
    JsonObject.Builder json = JsonObject.builder().put("type", reason.label());
    return switch (reason) {
      case RetriableStatus(int status, String body) ->
          json.put("status", status).put("body", body).build();
      case NonRetriableStatus(int status, String body) ->
          json.put("status", status).put("body", body).build();
      case NetworkError(String kind, String message) ->
          json.put("kind", kind).put("message", message).build();
      case TimedOut(String phase) -> json.put("phase", phase).build();
      case RequestRejected(String message) -> json.put("message", message).build();
      case CallLost(String message) -> json.put("message", message).build();
      case TruncatedStream _,
          WorkerLost _,
          GatewayLost _,
          DeadlineExceeded _,
          ClientDisconnected _ ->
          json.build();
    };
  }

  /// Reads what [#write] wrote.
  ///
  /// @throws IllegalArgumentException when the type is unknown or a status is missing: never a
  ///   guess
  public static FailureReason read(JsonObject json) {
    String type = json.text("type").orElse("");
    return switch (type) {
      case "retriable_status" -> new RetriableStatus(status(json), json.text("body").orElse(""));
      case "non_retriable_status" ->
          new NonRetriableStatus(status(json), json.text("body").orElse(""));
      case "network_error" ->
          new NetworkError(json.text("kind").orElse(""), json.text("message").orElse(""));
      case "timed_out" -> new TimedOut(json.text("phase").orElse(""));
      case "truncated_stream" -> new TruncatedStream();
      case "worker_lost" -> new WorkerLost();
      case "gateway_lost" -> new GatewayLost();
      case "deadline_exceeded" -> new DeadlineExceeded();
      case "request_rejected" -> new RequestRejected(json.text("message").orElse(""));
      case "call_lost" -> new CallLost(json.text("message").orElse(""));
      case "client_disconnected" -> new ClientDisconnected();
      default -> throw new IllegalArgumentException("Unknown failure type: " + type);
    };
  }

  private static int status(JsonObject json) {
    long status =
        json.number("status").orElseThrow(() -> new IllegalArgumentException("A status is needed"));
    return Math.toIntExact(Math.clamp(status, 0, 999));
  }
}
