package dev.sluice.translate;

import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.request.Usage;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.ResponseParameters;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads a Response of an upstream, streamed or not. Of the upstream's events only the content
/// counts: ids, numbers, order and repetitions are made anew, and what an upstream tells late, in a
/// done event or only at the end, is told when it comes. For use by one thread.
final class ResponsesReading implements AnswerReading {

  private static final int BAD_GATEWAY = 502;

  private final UpstreamItems items;
  private final ResponseEvents events;
  private JsonObject response = JsonObject.EMPTY;
  private FinishReason finish = FinishReason.BROKEN;
  private @Nullable Usage usage;

  ResponsesReading(ClientCall call, EventFrames frames) {
    this.events = new ResponseEvents(frames);
    this.items =
        new UpstreamItems(
            events, ItemIds.ofOutput(call.request().id()), ToolRules.of(call.document().object()));
  }

  /// Takes a Response in its final state.
  void takeWhole(JsonObject whole) {
    takeEnd(whole, whole.text("status").orElse(""));
  }

  private void takeEnd(JsonObject whole, String status) {
    response = whole;
    usage = UsageCounts.ofResponse(whole).orElse(usage);
    items.complete(whole.items("output"));
    finish = finish(whole, status);
  }

  @Override
  public void take(JsonObject event, UpstreamEvents upstream) {
    String type = event.text("type").orElse("");
    JsonObject whole = event.object("response").orElse(JsonObject.EMPTY);
    switch (type) {
      case "response.completed", "response.incomplete" -> {
        takeEnd(whole, type.substring("response.".length()));
        if (whole.object("error").isPresent()) {
          fail(whole, upstream);
        }
        upstream.finish();
      }
      case "response.failed", "response.error", "response.cancelled", "error" -> {
        takeEnd(whole, "failed");
        fail(whole.object("error").isPresent() ? whole : event, upstream);
      }
      default -> {
        // Some servers count as they go, in whichever event.
        usage = UsageCounts.ofResponse(whole).or(() -> UsageCounts.ofResponse(event)).orElse(usage);
        items.take(type, event);
      }
    }
  }

  private static void fail(JsonObject holder, UpstreamEvents upstream) {
    boolean isFlat = !holder.has("error") && holder.has("message");
    JsonObject envelope =
        JsonObject.builder()
            .put("error", isFlat ? holder : holder.object("error").orElse(JsonObject.EMPTY))
            .build();
    if (isFlat || holder.object("error").isPresent()) {
      upstream.fail(HiddenError.statusOf(envelope).orElse(BAD_GATEWAY), Json.write(envelope));
    } else {
      upstream.fail(new TruncatedStream());
    }
  }

  /// The upstream's status word and its details may disagree: an answer that any of them calls cut
  /// is cut, and one that any of them calls failed is no answer.
  private static FinishReason finish(JsonObject whole, String status) {
    String own = whole.text("status").orElse(status);
    if (own.equals("failed") || own.equals("cancelled")) {
      return FinishReason.BROKEN;
    }
    Optional<JsonObject> details = whole.object("incomplete_details");
    if (status.equals("incomplete") || own.equals("incomplete") || details.isPresent()) {
      return details.flatMap(object -> object.text("reason")).orElse("").equals("content_filter")
          ? FinishReason.CONTENT_FILTER
          : FinishReason.MAX_OUTPUT_TOKENS;
    }
    return status.equals("completed") ? FinishReason.WHOLE : FinishReason.BROKEN;
  }

  @Override
  public FinishReason finish() {
    return finish == FinishReason.WHOLE && events.hasCutItem()
        ? FinishReason.MAX_OUTPUT_TOKENS
        : finish;
  }

  @Override
  public void end(FinishReason as) {
    events.close(as.outcome());
  }

  @Override
  public @Nullable Usage usage() {
    return usage;
  }

  @Override
  public ResponseParameters inForce(ResponseParameters own) {
    return ResponsesParameters.inForce(own, response);
  }

  @Override
  public List<JsonObject> output() {
    return events.output();
  }
}
