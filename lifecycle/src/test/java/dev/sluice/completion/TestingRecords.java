package dev.sluice.completion;

import dev.sluice.request.Endpoint;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.Usage;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// Records for tests that do not care about their details.
final class TestingRecords {

  static final Instant AT = Instant.parse("2026-11-21T10:00:00.123Z");

  private TestingRecords() {}

  static CompletionRecord.Head head() {
    return new CompletionRecord.Head(
        UUID.fromString("00000000-0000-4000-8000-00000000000e"),
        new ResponseId(UUID.fromString("019aa5d5-6a3b-7000-8000-000000000001")),
        UUID.fromString("00000000-0000-4000-8000-00000000000a"),
        "AbCd1234",
        AT,
        Endpoint.CHAT_COMPLETIONS,
        "demo-echo",
        ServiceTier.DEFAULT,
        false,
        false,
        true,
        AT,
        "trace-1",
        null);
  }

  static StartedRecord started(byte[] body) {
    return new StartedRecord(head(), RecordBody.gzip(body, "application/json"));
  }

  static FinishedRecord finished(byte[] body) {
    return new FinishedRecord(
        head(),
        Outcome.COMPLETED,
        200,
        null,
        false,
        12L,
        AT.plusMillis(20),
        new Usage(3, 4, 1, 0),
        List.of(),
        RecordBody.gzip(body, "application/json"),
        null);
  }
}
