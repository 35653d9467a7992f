package dev.sluice.translate;

import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.upstream.ErrorText;
import dev.sluice.upstream.SseReader;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The events of an upstream's stream, and the ways in which it can fail: an error among the
/// events, an event that is too large or no JSON, a connection that breaks. The first failure
/// counts. For use by one thread.
final class UpstreamEvents {

  private final SseReader reader;
  private @Nullable FailureReason failure;
  private byte @Nullable [] error;
  private boolean isDone;

  /// @param maxEventBytes a larger event fails the stream
  UpstreamEvents(int maxEventBytes) {
    this.reader = new SseReader(maxEventBytes);
  }

  /// Takes the next bytes and hands on the JSON objects that they complete, until the stream is
  /// over.
  ///
  /// @param sink may end the stream by [#finish] or [#fail]
  void feed(byte[] bytes, Consumer<JsonDocument> sink) {
    for (SseReader.Item item : reader.feed(bytes)) {
      if (isOver()) {
        return;
      }
      switch (item) {
        case SseReader.Item.Event event -> take(event, sink);
        case SseReader.Item.Oversized _ ->
            failure = new NetworkError("too_large", "One event of the stream is too large.");
      }
    }
  }

  private void take(SseReader.Item.Event event, Consumer<JsonDocument> sink) {
    if (isDone(event.data())) {
      isDone = true;
      return;
    }
    Optional<JsonDocument> document =
        Json.parseUpstream(event.data()) instanceof Json.Parse.Parsed(JsonDocument parsed)
                && parsed.root() instanceof JsonObject
            ? Optional.of(parsed)
            : Optional.empty();
    Optional<Integer> hidden = document.flatMap(parsed -> HiddenError.statusOf(parsed.object()));
    if (hidden.isPresent() || event.name().equals("error")) {
      fail(hidden.orElseGet(() -> flatStatus(document)), event.data());
    } else if (document.isPresent()) {
      sink.accept(document.get());
    } else if (isOfProtocol(event.name())) {
      failure = new TruncatedStream();
    }
    // Any other event that is no JSON is none of the protocol's, such as a ping.
  }

  /// OpenAI's `error` event has the members of an error at its top.
  private static int flatStatus(Optional<JsonDocument> document) {
    return document
        .map(event -> JsonObject.builder().put("error", event.object()).build())
        .flatMap(HiddenError::statusOf)
        .orElse(502);
  }

  private static boolean isOfProtocol(String name) {
    return name.isEmpty() || name.equals("message") || name.startsWith("response.");
  }

  private static boolean isDone(byte[] data) {
    return new String(data, StandardCharsets.ISO_8859_1).strip().equals("[DONE]");
  }

  /// Nothing more is needed: the answer is whole.
  void finish() {
    isDone = true;
  }

  /// The upstream says that it failed.
  ///
  /// @param data what it says, as JSON
  void fail(int status, byte[] data) {
    if (failure == null) {
      failure = FailureReason.ofStatus(status, ErrorText.of(data));
      error = data;
    }
  }

  void fail(FailureReason reason) {
    if (failure == null) {
      failure = reason;
    }
  }

  /// The connection broke, unless the answer was already whole.
  void breakOff(FailureReason reason) {
    if (!isDone) {
      fail(
          reason instanceof NetworkError(String kind, _) && kind.equals("reset")
              ? new TruncatedStream()
              : reason);
    }
  }

  /// The upstream closed the stream; its last event may lack the blank line.
  void close() {
    if (!isOver()) {
      isDone = reader.remainder().filter(event -> isDone(event.data())).isPresent();
    }
  }

  /// True when nothing more is to be read.
  boolean isOver() {
    return isDone || failure != null;
  }

  /// True when the upstream said that it is done.
  boolean isDone() {
    return isDone;
  }

  @Nullable FailureReason failure() {
    return failure;
  }

  byte @Nullable [] error() {
    return error;
  }
}
