package dev.sluice.completion.fn;

import dev.sluice.completion.CompletionRecord.Head;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.RecordBody;
import dev.sluice.completion.RecordCodec;
import dev.sluice.completion.StartedRecord;
import dev.sluice.request.Endpoint;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Encoded records with known content.
final class Records {

  static final UUID ACCOUNT = UUID.fromString("00000000-0000-7000-8000-00000000000a");
  private static final Instant STARTED = Instant.parse("2026-03-01T10:00:00.123456Z");

  private Records() {}

  static ResponseId id(long number) {
    return new ResponseId(new UUID((0x0190_0000_0000L + number) << 16 | 0x7000L, 1L << 63));
  }

  static Head head(long number, UUID account) {
    return new Head(
        new UUID(number, 1),
        id(number),
        account,
        "key00001",
        STARTED,
        Endpoint.CHAT_COMPLETIONS,
        "demo-echo",
        ServiceTier.DEFAULT,
        false,
        false,
        true,
        STARTED,
        "",
        null);
  }

  static String started(long number) {
    return started(number, body("request " + number));
  }

  static String started(long number, RecordBody body) {
    return RecordCodec.encode(new StartedRecord(head(number, ACCOUNT), body));
  }

  static String finished(long number) {
    return finished(number, ACCOUNT, body("response " + number));
  }

  static String finished(long number, UUID account, RecordBody body) {
    return finished(number, account, body, null);
  }

  static String finished(long number, UUID account, RecordBody body, @Nullable RecordBody events) {
    Head head = head(number, account);
    return RecordCodec.encode(
        new FinishedRecord(
            head.next(new UUID(number, 2), STARTED.plusSeconds(2)),
            Outcome.COMPLETED,
            200,
            null,
            false,
            15L,
            STARTED.plusSeconds(2),
            new Usage(1, 2, 0, 0),
            List.of(
                new FinishedRecord.Attempt(
                    new UUID(number, 3),
                    "demo",
                    "demo-1",
                    STARTED,
                    STARTED.plusSeconds(1),
                    200,
                    null)),
            body,
            events));
  }

  /// Started and finished records of different requests, and both of some, in one event.
  static List<String> mixed(int size) {
    List<String> records = new ArrayList<>();
    for (int i = 0; records.size() < size; i++) {
      records.add(
          switch (i % 4) {
            case 0, 3 -> started(i - i % 4);
            case 1 -> finished(i);
            default -> finished(i - 2);
          });
    }
    return records;
  }

  static RecordBody.Inline body(String text) {
    return RecordBody.gzip(text.getBytes(StandardCharsets.UTF_8), "application/json");
  }
}
