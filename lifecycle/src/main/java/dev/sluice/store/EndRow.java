package dev.sluice.store;

import dev.sluice.request.ClaimStore.Ended;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Outcome;
import dev.sluice.request.Request.Completed;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.Request.Failed;
import dev.sluice.request.Request.Finished;
import dev.sluice.request.Usage;
import dev.sluice.wire.FailureJson;
import dev.sluice.wire.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Where a row goes from its call: to its end, or back to the queue.
///
/// @param to null when it goes back
/// @param notBefore of a row that goes back for a retry; null to leave it as it is
record EndRow(Dispatched from, @Nullable Finished to, @Nullable Instant notBefore) {

  static final List<Column<EndRow>> COLUMNS =
      List.of(
          new Column<>("uuid", row -> row.from().data().id().uuid()),
          new Column<>("integer", row -> row.from().schedule().attempt()),
          new Column<>("uuid", row -> row.from().claim().token()),
          new Column<>("text", EndRow::state),
          new Column<>("text", EndRow::outcome),
          new Column<>("timestamptz", EndRow::notBefore),
          new Column<>("timestamptz", EndRow::finishedAt),
          new Column<>("integer", EndRow::status),
          new Column<>("text", failed(EndRow::json)),
          new Column<>("text", failed(FailureReason::label)),
          new Column<>("bigint", EndRow::timeToFirstByteMillis),
          new Column<>("bigint", used(Usage::inputTokens)),
          new Column<>("bigint", used(Usage::outputTokens)),
          new Column<>("bigint", used(Usage::cachedTokens)),
          new Column<>("bigint", used(Usage::reasoningTokens)));

  /// Nothing for a claim that was lost.
  static Stream<EndRow> of(Ended ended) {
    return switch (ended) {
      case Ended.Finish finish -> Stream.of(new EndRow(finish.from(), finish.to(), null));
      case Ended.Retry retry ->
          Stream.of(new EndRow(retry.from(), null, retry.to().schedule().notBefore()));
      case Ended.Lost _ -> Stream.empty();
    };
  }

  private String state() {
    return switch (to) {
      case null -> "pending";
      case Completed _ -> "completed";
      case Failed _ -> "failed";
    };
  }

  private @Nullable String outcome() {
    return to instanceof Completed completed
        ? (completed.incomplete() ? Outcome.INCOMPLETE : Outcome.COMPLETED).text()
        : null;
  }

  private @Nullable Instant finishedAt() {
    return to == null ? null : to.finishedAt();
  }

  private @Nullable Integer status() {
    return switch (to) {
      case null -> null;
      case Completed completed -> completed.status();
      case Failed failed -> failed.status();
    };
  }

  private @Nullable Long timeToFirstByteMillis() {
    return to instanceof Completed completed ? completed.timeToFirstByteMillis() : null;
  }

  private @Nullable Usage usage() {
    return switch (to) {
      case null -> null;
      case Completed completed -> completed.usage();
      case Failed failed -> failed.usage();
    };
  }

  private static String json(FailureReason reason) {
    return new String(Json.writeAscii(FailureJson.write(reason)), StandardCharsets.US_ASCII);
  }

  private static Function<EndRow, @Nullable Object> failed(Function<FailureReason, Object> value) {
    return row -> row.to() instanceof Failed failed ? value.apply(failed.reason()) : null;
  }

  private static Function<EndRow, @Nullable Object> used(Function<Usage, Object> value) {
    return row -> {
      Usage usage = row.usage();
      return usage == null ? null : value.apply(usage);
    };
  }
}
