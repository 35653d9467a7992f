package dev.sluice.store;

import dev.sluice.request.Claim;
import dev.sluice.request.Endpoint;
import dev.sluice.request.Outcome;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseId;
import dev.sluice.request.Schedule;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.StoredBody;
import dev.sluice.request.Usage;
import dev.sluice.wire.FailureJson;
import dev.sluice.wire.Json;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Rows of `request` as states. A row that is none is an exception that names it, never a guess.
final class RequestRows {

  private RequestRows() {}

  /// Reads the row under the cursor, by column names.
  ///
  /// @throws IllegalStateException when a word in the row is unknown
  static Request read(ResultSet row) throws SQLException {
    RequestData data = data(row);
    String state = row.getString("state");
    return switch (state) {
      case "pending" -> new Request.Pending(data, schedule(row));
      case "claimed" -> new Request.Claimed(data, schedule(row), claim(row));
      case "processing" ->
          "gateway".equals(row.getString("lane"))
              ? new Request.Proxied(data)
              : new Request.Dispatched(data, schedule(row), claim(row));
      case "completed" ->
          new Request.Completed(
              data,
              row.getInt("response_status"),
              Outcome.INCOMPLETE.text().equals(row.getString("outcome")),
              usage(row),
              nullableLong(row, "time_to_first_byte_ms"),
              finishedAt(row));
      case "failed" ->
          new Request.Failed(
              data,
              nullableInteger(row, "response_status"),
              FailureJson.read(
                  Json.objectOrEmpty(row.getString("failure").getBytes(StandardCharsets.UTF_8))),
              usage(row),
              finishedAt(row));
      case "canceled" -> new Request.Canceled(data, usage(row), finishedAt(row));
      default -> throw unknown(data.id(), "state", state);
    };
  }

  private static RequestData data(ResultSet row) throws SQLException {
    ResponseId id = new ResponseId(row.getObject("id", UUID.class));
    String endpoint = row.getString("endpoint");
    String tier = row.getString("tier");
    return new RequestData(
        id,
        row.getObject("account_id", UUID.class),
        row.getString("api_key_id"),
        Endpoint.ofPath(endpoint).orElseThrow(() -> unknown(id, "endpoint", endpoint)),
        row.getString("model"),
        ServiceTier.ofText(tier).orElseThrow(() -> unknown(id, "tier", tier)),
        row.getBoolean("stream"),
        row.getBoolean("background"),
        row.getBoolean("store"),
        instant(row, "created_at"),
        instant(row, "recorded_at"),
        nullableInstant(row, "started_at"),
        row.getBoolean("client_disconnected"),
        nullableInstant(row, "deleted_at") != null);
  }

  private static Schedule schedule(ResultSet row) throws SQLException {
    return new Schedule(
        row.getInt("attempt"),
        row.getInt("crashes"),
        nullableInstant(row, "not_before"),
        nullableInstant(row, "deadline"));
  }

  private static Claim claim(ResultSet row) throws SQLException {
    return new Claim(
        row.getObject("daemon_id", UUID.class),
        row.getObject("claim_token", UUID.class),
        instant(row, "lease_until"));
  }

  private static IllegalStateException unknown(ResponseId id, String column, String word) {
    return new IllegalStateException(
        "Request " + id + " has the unknown " + column + " '" + word + "'");
  }

  static @Nullable Usage usage(ResultSet row) throws SQLException {
    // A check of the table: the four counts are all there or all absent.
    return row.getObject("input_tokens") == null
        ? null
        : new Usage(
            row.getLong("input_tokens"),
            row.getLong("output_tokens"),
            row.getLong("cached_tokens"),
            row.getLong("reasoning_tokens"));
  }

  private static Instant finishedAt(ResultSet row) throws SQLException {
    return instant(row, "finished_at");
  }

  /// The body under the cursor, by column names.
  static StoredBody body(ResultSet row) throws SQLException {
    return new StoredBody(
        row.getBytes("bytes"),
        row.getString("encoding"),
        row.getString("content_type"),
        row.getLong("length"),
        row.getString("sha256"));
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return Objects.requireNonNull(nullableInstant(row, column), column);
  }

  static @Nullable Instant nullableInstant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  static @Nullable Integer nullableInteger(ResultSet row, String column) throws SQLException {
    return row.getObject(column, Integer.class);
  }

  private static @Nullable Long nullableLong(ResultSet row, String column) throws SQLException {
    Integer value = nullableInteger(row, column);
    return value == null ? null : value.longValue();
  }
}
