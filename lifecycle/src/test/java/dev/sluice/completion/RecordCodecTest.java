package dev.sluice.completion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.CompletionRecord.Head;
import dev.sluice.completion.RecordCodec.Decoded;
import dev.sluice.request.Endpoint;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RecordCodecTest {

  private static final UUID ACCOUNT = UUID.fromString("00000000-0000-7000-8000-00000000000a");
  private static final ResponseId ID =
      new ResponseId(UUID.fromString("01900000-0001-7000-8000-000000000000"));
  private static final String HASH =
      "89f0dd2a0d1a3b1dbfb1cf7c7cfd1a6e9cb05a1f2d2b7a5a0a2ab6b9a5d3a1e0";
  private static final Instant STARTED = Instant.parse("2026-03-01T10:00:00.123456Z");

  /// Old messages lie in queues for days, and old functions read new ones during a deployment: a
  /// golden file changes only by members that are added.
  @ParameterizedTest
  @MethodSource("goldenFiles")
  void recordsAreWrittenAndReadAsTheGoldenFilesSay(String file, CompletionRecord record)
      throws IOException {
    String golden = read(file);

    assertThat(RecordCodec.encode(record)).isEqualTo(golden);

    assertThat(RecordCodec.decode(golden))
        .isInstanceOfSatisfying(
            Decoded.Known.class,
            known -> assertThat(known.record()).usingRecursiveComparison().isEqualTo(record));
  }

  static Stream<Arguments> goldenFiles() {
    return Stream.of(
        Arguments.of("started.json", started()),
        Arguments.of("finished.json", finished()),
        Arguments.of("finished-streamed.json", streamed()),
        Arguments.of(
            "finished-failed.json",
            failed(new FailureReason.RetriableStatus(429, "\0 \ud83d\ude00 \ud800 \u00fc"))));
  }

  @ParameterizedTest
  @MethodSource("goldenFiles")
  void recordsOfEarlierWritersAreStillRead(String file, CompletionRecord record)
      throws IOException {
    String old =
        read(file)
            .replaceFirst(",\"previous_response_id\":(null|\"[^\"]*\")", "")
            .replaceFirst(",\"events\":(null|\\{[^}]*})", "")
            .replaceAll(",\"upstream_model\":(null|\"[^\"]*\")", "");

    assertThat(old).doesNotContain("previous_response_id", "events", "upstream_model");
    assertThat(RecordCodec.decode(old))
        .isInstanceOfSatisfying(
            Decoded.Known.class,
            known -> {
              assertThat(known.record().head().previousId()).isNull();
              assertThat(known.record().head().eventId()).isEqualTo(record.head().eventId());
              if (known.record() instanceof FinishedRecord finished) {
                assertThat(finished.attempts())
                    .hasSameSizeAs(((FinishedRecord) record).attempts())
                    .allMatch(attempt -> attempt.upstreamModel() == null);
              }
            });
  }

  @Test
  void everyFailureReasonSurvivesTheQueue() {
    List<FailureReason> reasons =
        List.of(
            new FailureReason.RetriableStatus(503, "busy"),
            new FailureReason.NonRetriableStatus(400, "{\"error\":{}}"),
            new FailureReason.NetworkError("reset", "The connection was reset."),
            new FailureReason.TimedOut("idle"),
            new FailureReason.TruncatedStream(),
            new FailureReason.WorkerLost(),
            new FailureReason.GatewayLost(),
            new FailureReason.DeadlineExceeded(),
            new FailureReason.RequestRejected("no"),
            new FailureReason.CallLost("gone"),
            new FailureReason.ClientDisconnected());
    assertThat(reasons).hasSize(FailureReason.class.getPermittedSubclasses().length);

    for (FailureReason reason : reasons) {
      assertThat(RecordCodec.decode(RecordCodec.encode(failed(reason))))
          .isEqualTo(new Decoded.Known(failed(reason)));
    }
  }

  /// SQS refuses most control characters and unpaired surrogates; the envelope never has any.
  @Test
  void everyCharacterTravelsAsAscii() {
    StringBuilder text = new StringBuilder();
    for (int unit = 0; unit <= 0xFFFF; unit += unit < 0x200 || unit > 0xD7F0 ? 1 : 97) {
      text.append((char) unit);
    }
    CompletionRecord record = failed(new FailureReason.NonRetriableStatus(400, text.toString()));

    String message = RecordCodec.encode(record);

    assertThat(message.chars()).allMatch(unit -> unit >= 0x20 && unit <= 0x7F);
    assertThat(RecordCodec.decode(message)).isEqualTo(new Decoded.Known(record));
  }

  @Test
  void unknownMembersOfNewerWritersAreIgnored() throws IOException {
    String newer = read("started.json").replaceFirst("\\{", "{\"added_later\":{\"a\":[1]},");

    assertThat(RecordCodec.decode(newer)).isInstanceOf(Decoded.Known.class);
  }

  @Test
  void aNewerSchemaIsNeitherReadNorDropped() throws IOException {
    String newer = read("finished.json").replace("\"schema_version\":1", "\"schema_version\":2");

    assertThat(RecordCodec.decode(newer)).isEqualTo(new Decoded.Newer(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"request_id", "account_id", "endpoint", "model", "tier"})
  void aRecordWithoutWhatEveryRowHasIsIncomplete(String member) throws IOException {
    String record = read("finished.json");

    for (String broken :
        List.of(
            record.replaceFirst("\"" + member + "\":\"[^\"]*\"", "\"" + member + "\":\" \""),
            record.replaceFirst("\"" + member + "\":\"[^\"]*\"", "\"" + member + "\":null"),
            record.replaceFirst("\"" + member + "\":\"[^\"]*\",", ""))) {
      assertThat(RecordCodec.decode(broken)).isEqualTo(new Decoded.Incomplete(member));
    }
  }

  @Test
  void nothingThatIsNotARecordIsReadAndNothingThrows() throws IOException {
    String record = read("finished.json");
    for (String broken :
        List.of(
            "",
            " ",
            "null",
            "[]",
            "{}",
            "{\"schema_version\":0}",
            record.replace("\"type\":\"finished\"", "\"type\":\"other\""),
            record.replace("\"outcome\":\"completed\"", "\"outcome\":\"failed\""),
            record.replace("\"status\":200,\"failure\"", "\"status\":20,\"failure\""),
            record.replace("2026-03-01T10:00:03Z", "yesterday"),
            record.replace(ID.uuid().toString(), "not-a-uuid"),
            record.replace("\"input_tokens\":11", "\"input_tokens\":-1"),
            record.replace("\"tier\":\"default\"", "\"tier\":\"golden\""))) {
      assertThat(RecordCodec.decode(broken)).as(broken).isInstanceOf(Decoded.Unreadable.class);
    }
    for (int end = 0; end < record.length(); end++) {
      assertThat(RecordCodec.decode(record.substring(0, end)))
          .isInstanceOf(Decoded.Unreadable.class);
    }
  }

  private static Head head(UUID event, Endpoint endpoint, ServiceTier tier, boolean store) {
    boolean chat = endpoint == Endpoint.CHAT_COMPLETIONS;
    return new Head(
        event,
        ID,
        ACCOUNT,
        "key00001",
        Instant.parse("2026-03-01T10:00:03Z"),
        endpoint,
        chat ? "demo-echo" : "demo-embed",
        tier,
        chat,
        false,
        store,
        STARTED,
        chat ? "Root=1-67891233-abcdef012345678912345678" : "",
        null);
  }

  private static UUID event(int number) {
    return UUID.fromString("00000000-0000-4000-8000-00000000000" + number);
  }

  private static StartedRecord started() {
    byte[] body = "{\"model\":\"demo-echo\"}".getBytes(StandardCharsets.US_ASCII);
    Head head = head(event(2), Endpoint.CHAT_COMPLETIONS, ServiceTier.DEFAULT, true);
    return new StartedRecord(
        head.next(event(1), Instant.parse("2026-03-01T10:00:00.250Z")),
        new RecordBody.Inline(body, "identity", "application/json", body.length, HASH));
  }

  private static FinishedRecord finished() {
    return new FinishedRecord(
        head(event(2), Endpoint.CHAT_COMPLETIONS, ServiceTier.DEFAULT, true),
        Outcome.COMPLETED,
        200,
        null,
        false,
        212L,
        Instant.parse("2026-03-01T10:00:02.900Z"),
        new Usage(11, 7, 3, 2),
        List.of(
            new FinishedRecord.Attempt(
                event(3),
                "openai",
                "gpt-4o-2024-08-06",
                Instant.parse("2026-03-01T10:00:00.130Z"),
                Instant.parse("2026-03-01T10:00:00.240Z"),
                503,
                "retriable_status"),
            new FinishedRecord.Attempt(
                event(4),
                "vllm",
                null,
                Instant.parse("2026-03-01T10:00:00.241Z"),
                Instant.parse("2026-03-01T10:00:02.899Z"),
                200,
                null)),
        new RecordBody.Elsewhere(
            ACCOUNT + "/" + ID.uuid() + "/" + HASH, "gzip", "application/json", 2_000_000, HASH),
        null);
  }

  private static FinishedRecord streamed() {
    FinishedRecord finished = finished();
    Head head = finished.head();
    byte[] events = "event: a\ndata: {}\n\n".getBytes(StandardCharsets.US_ASCII);
    return new FinishedRecord(
        new Head(
            head.eventId(),
            head.requestId(),
            head.accountId(),
            head.apiKeyId(),
            head.occurredAt(),
            Endpoint.RESPONSES,
            head.model(),
            head.tier(),
            true,
            false,
            true,
            head.startedAt(),
            "",
            new ResponseId(UUID.fromString("01900000-0000-7000-8000-000000000000"))),
        finished.outcome(),
        finished.status(),
        null,
        false,
        212L,
        finished.completedAt(),
        finished.usage(),
        List.of(),
        finished.response(),
        new RecordBody.Inline(events, "identity", "text/event-stream", events.length, HASH));
  }

  private static FinishedRecord failed(FailureReason reason) {
    return new FinishedRecord(
        head(event(5), Endpoint.EMBEDDINGS, ServiceTier.PRIORITY, false),
        Outcome.FAILED,
        429,
        reason,
        true,
        null,
        Instant.parse("2026-03-01T10:00:02.900Z"),
        null,
        List.of(),
        null,
        null);
  }

  private static String read(String file) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(RecordCodecTest.class.getResourceAsStream(file), file)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
    }
  }
}
