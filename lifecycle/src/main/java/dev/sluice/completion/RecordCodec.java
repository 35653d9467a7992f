package dev.sluice.completion;

import dev.sluice.completion.CompletionRecord.Head;
import dev.sluice.request.Endpoint;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.Usage;
import dev.sluice.wire.FailureJson;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Records as ASCII-only JSON. The form is pinned by golden files: a member may be added, none may
/// change.
public final class RecordCodec {

  private RecordCodec() {}

  /// What a message turned out to be.
  public sealed interface Decoded {

    record Known(CompletionRecord record) implements Decoded {}

    /// A record without one of the columns that no row may lack; it can never be stored.
    record Incomplete(String missing) implements Decoded {}

    /// Written by newer code; a later version of this function will read it.
    record Newer(long schemaVersion) implements Decoded {}

    /// Not a record at all.
    record Unreadable(String why) implements Decoded {}
  }

  public static String encode(CompletionRecord record) {
    JsonObject.Builder json = JsonObject.builder();
    json.put("schema_version", CompletionRecord.SCHEMA_VERSION);
    switch (record) {
      case StartedRecord started -> {
        putHead(json.put("type", "started"), started.head());
        json.put("request", body(started.request()));
      }
      case FinishedRecord finished -> {
        putHead(json.put("type", "finished"), finished.head());
        putOutcome(json, finished);
      }
    }
    return new String(Json.writeAscii(json.build()), StandardCharsets.US_ASCII);
  }

  private static void putHead(JsonObject.Builder json, Head head) {
    json.put("event_id", head.eventId().toString())
        .put("request_id", head.requestId().uuid().toString())
        .put("account_id", head.accountId().toString())
        .put("api_key_id", head.apiKeyId())
        .put("occurred_at", head.occurredAt().toString())
        .put("endpoint", head.endpoint().path())
        .put("model", head.model())
        .put("tier", head.tier().text())
        .put("stream", head.stream())
        .put("background", head.background())
        .put("store", head.store())
        .put("started_at", head.startedAt().toString())
        .put("trace_id", head.traceId())
        .put("previous_response_id", previous(head.previousId()));
  }

  private static JsonValue previous(@Nullable ResponseId id) {
    return id == null ? JsonNull.NULL : JsonValue.of(id.uuid().toString());
  }

  private static void putOutcome(JsonObject.Builder json, FinishedRecord finished) {
    json.put("outcome", finished.outcome().text())
        .put("status", number(finished.status()))
        .put(
            "failure",
            finished.failure() == null ? JsonNull.NULL : FailureJson.write(finished.failure()))
        .put("client_disconnected", finished.clientDisconnected())
        .put("time_to_first_byte_ms", number(finished.timeToFirstByteMillis()))
        .put("completed_at", finished.completedAt().toString())
        .put("usage", usage(finished.usage()))
        .put(
            "attempts",
            new JsonArray(
                finished.attempts().stream().<JsonValue>map(RecordCodec::attempt).toList()))
        .put("response", body(finished.response()))
        .put("events", body(finished.events()));
  }

  private static JsonValue number(@Nullable Number value) {
    return value == null ? JsonNull.NULL : JsonValue.of(value.longValue());
  }

  private static JsonValue usage(@Nullable Usage usage) {
    return usage == null
        ? JsonNull.NULL
        : JsonObject.builder()
            .put("input_tokens", usage.inputTokens())
            .put("output_tokens", usage.outputTokens())
            .put("cached_tokens", usage.cachedTokens())
            .put("reasoning_tokens", usage.reasoningTokens())
            .build();
  }

  private static JsonObject attempt(FinishedRecord.Attempt attempt) {
    return JsonObject.builder()
        .put("attempt_id", attempt.attemptId().toString())
        .put("upstream", attempt.upstream())
        .putNullable("upstream_model", attempt.upstreamModel())
        .put("started_at", attempt.startedAt().toString())
        .put("finished_at", attempt.finishedAt().toString())
        .put("status", number(attempt.status()))
        .putNullable("error", attempt.error())
        .build();
  }

  private static JsonValue body(@Nullable RecordBody body) {
    if (body == null) {
      return JsonNull.NULL;
    }
    JsonObject.Builder json = JsonObject.builder().put("encoding", body.encoding());
    switch (body) {
      case RecordBody.Inline inline ->
          json.put("bytes", Base64.getEncoder().encodeToString(inline.bytes()))
              .put("object", JsonNull.NULL);
      case RecordBody.Elsewhere elsewhere ->
          json.put("bytes", JsonNull.NULL).put("object", elsewhere.object());
    }
    return json.put("length", body.length())
        .put("sha256", body.sha256())
        .put("content_type", body.contentType())
        .build();
  }

  /// Reads a message; never throws, whatever it holds.
  public static Decoded decode(String message) {
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    if (!(Json.parseUpstream(bytes) instanceof Json.Parse.Parsed(JsonDocument document))
        || !(document.root() instanceof JsonObject json)) {
      return new Decoded.Unreadable("not a JSON object");
    }
    long version = json.number("schema_version").orElse(0L);
    if (version > CompletionRecord.SCHEMA_VERSION) {
      return new Decoded.Newer(version);
    }
    if (version < 1) {
      return new Decoded.Unreadable("no schema_version");
    }
    Optional<String> missing =
        List.of("request_id", "account_id", "endpoint", "model", "tier").stream()
            .filter(name -> json.text(name).filter(text -> !text.isBlank()).isEmpty())
            .findFirst();
    if (missing.isPresent()) {
      return new Decoded.Incomplete(missing.get());
    }
    try {
      return new Decoded.Known(record(json));
    } catch (IllegalArgumentException | DateTimeException e) {
      // Reported as a failed item: the queue keeps the message and in the end the dead-letter queue
      // shows it.
      return new Decoded.Unreadable(e.getClass().getSimpleName());
    }
  }

  private static CompletionRecord record(JsonObject json) {
    String type = required(json, "type");
    return switch (type) {
      case "started" -> new StartedRecord(head(json), readBody(json.get("request")));
      case "finished" -> finished(json);
      default -> throw new IllegalArgumentException("Unknown record type");
    };
  }

  private static FinishedRecord finished(JsonObject json) {
    List<FinishedRecord.Attempt> attempts = new ArrayList<>();
    for (JsonValue item : json.items("attempts")) {
      if (item instanceof JsonObject attempt) {
        attempts.add(readAttempt(attempt));
      }
    }
    return new FinishedRecord(
        head(json),
        Outcome.valueOf(required(json, "outcome").toUpperCase(Locale.ROOT)),
        status(json),
        json.get("failure") instanceof JsonObject failure ? FailureJson.read(failure) : null,
        json.isTrue("client_disconnected"),
        json.number("time_to_first_byte_ms").orElse(null),
        instant(json, "completed_at"),
        json.object("usage").map(RecordCodec::readUsage).orElse(null),
        attempts,
        readBody(json.get("response")),
        readBody(json.get("events")));
  }

  private static Head head(JsonObject json) {
    return new Head(
        uuid(json, "event_id"),
        new ResponseId(uuid(json, "request_id")),
        uuid(json, "account_id"),
        required(json, "api_key_id"),
        instant(json, "occurred_at"),
        known(json, "endpoint", Endpoint::ofPath),
        required(json, "model"),
        known(json, "tier", ServiceTier::ofText),
        json.isTrue("stream"),
        json.isTrue("background"),
        json.isTrue("store"),
        instant(json, "started_at"),
        json.text("trace_id").orElse(""),
        json.isAbsent("previous_response_id")
            ? null
            : new ResponseId(uuid(json, "previous_response_id")));
  }

  private static FinishedRecord.Attempt readAttempt(JsonObject json) {
    return new FinishedRecord.Attempt(
        uuid(json, "attempt_id"),
        required(json, "upstream"),
        json.text("upstream_model").orElse(null),
        instant(json, "started_at"),
        instant(json, "finished_at"),
        status(json),
        json.text("error").orElse(null));
  }

  private static Usage readUsage(JsonObject json) {
    return new Usage(
        json.number("input_tokens").orElse(0L),
        json.number("output_tokens").orElse(0L),
        json.number("cached_tokens").orElse(0L),
        json.number("reasoning_tokens").orElse(0L));
  }

  private static @Nullable RecordBody readBody(@Nullable JsonValue value) {
    if (!(value instanceof JsonObject json)) {
      return null;
    }
    String encoding = required(json, "encoding");
    String contentType = required(json, "content_type");
    String sha256 = required(json, "sha256");
    long length =
        json.number("length")
            .orElseThrow(() -> new IllegalArgumentException("A body has a length"));
    return json.text("object").isPresent()
        ? new RecordBody.Elsewhere(required(json, "object"), encoding, contentType, length, sha256)
        : new RecordBody.Inline(
            Base64.getDecoder().decode(required(json, "bytes")),
            encoding,
            contentType,
            length,
            sha256);
  }

  private static @Nullable Integer status(JsonObject json) {
    Optional<Long> status = json.number("status");
    if (status.isPresent() && (status.get() < 100 || status.get() > 999)) {
      throw new IllegalArgumentException("Not an HTTP status");
    }
    return status.map(Long::intValue).orElse(null);
  }

  private static String required(JsonObject json, String name) {
    return json.text(name).orElseThrow(() -> new IllegalArgumentException("No " + name));
  }

  private static UUID uuid(JsonObject json, String name) {
    return UUID.fromString(required(json, name));
  }

  private static Instant instant(JsonObject json, String name) {
    return Instant.parse(required(json, name));
  }

  private static <T> T known(JsonObject json, String name, Function<String, Optional<T>> reader) {
    return reader
        .apply(required(json, name))
        .orElseThrow(() -> new IllegalArgumentException("Unknown " + name));
  }
}
