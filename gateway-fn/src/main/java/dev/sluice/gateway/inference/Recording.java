package dev.sluice.gateway.inference;

import dev.sluice.call.Ending;
import dev.sluice.completion.CompletionRecorder;
import dev.sluice.completion.CompletionRecorder.Kept;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.RecordBody;
import dev.sluice.completion.StartedRecord;
import dev.sluice.request.Deadline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The two records of one request. For use by one thread.
final class Recording {

  /// What the function needs to end its reply after the last record.
  private static final Duration REPLY_MARGIN = Duration.ofSeconds(2);

  private final CompletionRecorder recorder;
  private final InstantSource clock;
  private final Admission admission;
  private boolean isStarted;
  private boolean isFinished;

  Recording(CompletionRecorder recorder, InstantSource clock, Admission admission) {
    this.recorder = recorder;
    this.clock = clock;
    this.admission = admission;
  }

  /// @throws dev.sluice.completion.QueueUnavailableException when it is not acknowledged in time
  void started(Duration within) {
    recorder.started(
        new StartedRecord(
            admission.head(clock.instant()), body(admission.inbound().body(), Ending.JSON)),
        admission.inbound().deadline().atMost(within));
    isStarted = true;
  }

  /// What came of it, beside its ending.
  ///
  /// @param timeToFirstByteMillis null when the upstream sent no body
  record Circumstances(
      List<FinishedRecord.Attempt> attempts,
      @Nullable Long timeToFirstByteMillis,
      boolean clientDisconnected) {}

  Kept finished(Ending ending, Circumstances circumstances) {
    isFinished = true;
    FinishedRecord record =
        new FinishedRecord(
            admission.head(clock.instant()),
            ending.outcome(),
            ending.status(),
            ending.failure(),
            circumstances.clientDisconnected(),
            circumstances.timeToFirstByteMillis(),
            ending.at(),
            ending.usage(),
            circumstances.attempts(),
            ending.body() == null ? null : body(ending.body(), ending.contentType()),
            ending.events() == null
                ? null
                : body(ending.events().bytes(), ReplyHeaders.EVENT_STREAM));
    Deadline deadline = admission.inbound().deadline().minus(REPLY_MARGIN);
    return recorder.finished(record, deadline);
  }

  /// True when the request has begun for the record, and its end is not recorded yet.
  boolean isOpen() {
    return isStarted && !isFinished;
  }

  private @Nullable RecordBody body(byte[] bytes, String contentType) {
    return admission.request().store() ? RecordBody.gzip(bytes, contentType) : null;
  }
}
