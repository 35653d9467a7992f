package dev.sluice.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.CompletionRecord.Head;
import dev.sluice.completion.CompletionStore;
import dev.sluice.completion.CompletionStore.Delivery;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.RecordBody;
import dev.sluice.completion.RecordCodec;
import dev.sluice.completion.StartedRecord;
import dev.sluice.gateway.testing.TestingDeployment.TestingTenant;
import dev.sluice.request.Deadline;
import dev.sluice.request.Endpoint;
import dev.sluice.request.FailureReason;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ResponseIds;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.Usage;
import io.micronaut.context.ApplicationContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Puts responses into the database by the way that real ones take: as records.
public final class TestingResponses {

  public static final Instant STARTED = Instant.parse("2026-11-21T10:00:00.5Z");

  private static final String ANSWER =
      """
      {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"demo-echo","choices":\
      [{"index":0,"finish_reason":"%s","message":{"role":"assistant","content":"%s"}}]}\
      """;

  private final CompletionStore store;
  private final ResponseIds ids;

  public TestingResponses(ApplicationContext context) {
    this.store = context.getBean(CompletionStore.class);
    this.ids = context.getBean(ResponseIds.class);
  }

  public ResponseId newId(TestingTenant tenant) {
    return ids.next(tenant.accountId());
  }

  /// A completed chat whose answer is this text.
  public ResponseId completed(TestingTenant tenant, String text) {
    Head head = head(tenant, newId(tenant), true);
    persist(
        started(head, "Say " + text), finished(head, "stop", Outcome.COMPLETED, null, 200, text));
    return head.requestId();
  }

  /// A chat that was cut by its limit.
  public ResponseId incomplete(TestingTenant tenant) {
    Head head = head(tenant, newId(tenant), true);
    persist(
        started(head, "Count"), finished(head, "length", Outcome.INCOMPLETE, null, 200, "1 2 3"));
    return head.requestId();
  }

  /// A failed chat.
  ///
  /// @param body what the upstream sent; null for none
  public ResponseId failed(
      TestingTenant tenant, @Nullable Integer status, FailureReason reason, @Nullable String body) {
    return failed(tenant, newId(tenant), status, reason, body);
  }

  /// A failed chat under an id that is already known.
  public ResponseId failed(
      TestingTenant tenant,
      ResponseId id,
      @Nullable Integer status,
      FailureReason reason,
      @Nullable String body) {
    Head head = head(tenant, id, true);
    FinishedRecord finished =
        new FinishedRecord(
            head.next(UUID.randomUUID(), STARTED.plusSeconds(1)),
            Outcome.FAILED,
            status,
            reason,
            false,
            null,
            STARTED.plusSeconds(1),
            null,
            List.of(),
            body == null ? null : gzip(body),
            null);
    persist(started(head, "Fail"), finished);
    return head.requestId();
  }

  /// A chat that still runs.
  public ResponseId running(TestingTenant tenant) {
    Head head = head(tenant, newId(tenant), true);
    persist(started(head, "Wait"));
    return head.requestId();
  }

  /// A completed chat that its owner asked not to store.
  public ResponseId unstored(TestingTenant tenant) {
    Head head = head(tenant, newId(tenant), false);
    persist(
        new StartedRecord(head, null),
        new FinishedRecord(
            head.next(UUID.randomUUID(), STARTED),
            Outcome.COMPLETED,
            200,
            null,
            false,
            1L,
            STARTED,
            Usage.NONE,
            List.of(),
            null,
            null));
    return head.requestId();
  }

  public static Head head(TestingTenant tenant, ResponseId id, boolean store) {
    return new Head(
        UUID.randomUUID(),
        id,
        tenant.accountId(),
        tenant.keyId(),
        STARTED,
        Endpoint.CHAT_COMPLETIONS,
        "demo-echo",
        ServiceTier.DEFAULT,
        false,
        false,
        store,
        STARTED,
        "trace-1",
        null);
  }

  /// The head of a Responses request that may continue another one.
  public static Head continuing(
      TestingTenant tenant, ResponseId id, Endpoint endpoint, @Nullable ResponseId previous) {
    Head head = head(tenant, id, true);
    return new Head(
        head.eventId(),
        id,
        head.accountId(),
        head.apiKeyId(),
        head.occurredAt(),
        endpoint,
        head.model(),
        head.tier(),
        false,
        false,
        true,
        STARTED,
        head.traceId(),
        previous);
  }

  /// A request of this body.
  public static StartedRecord sent(Head head, String body) {
    return new StartedRecord(head, gzip(body));
  }

  /// An answer of this body, whatever the endpoint.
  public static FinishedRecord answered(Head head, String body) {
    FinishedRecord finished = finished(head, "stop", Outcome.COMPLETED, null, 200, "");
    return finished.with(gzip(body), null);
  }

  public static StartedRecord started(Head head, String prompt) {
    return new StartedRecord(
        head,
        gzip(
            "{\"model\":\"demo-echo\",\"max_tokens\":9,\"messages\":[{\"role\":\"system\",\"content\":\"Be brief\"},{\"role\":\"user\",\"content\":\"%s\"}]}"
                .formatted(prompt)));
  }

  public static FinishedRecord finished(
      Head head,
      String finish,
      Outcome outcome,
      @Nullable FailureReason failure,
      Integer status,
      String text) {
    return new FinishedRecord(
        head.next(UUID.randomUUID(), STARTED.plusSeconds(1)),
        outcome,
        status,
        failure,
        false,
        12L,
        STARTED.plusSeconds(1),
        new Usage(3, 4, 1, 0),
        List.of(
            new FinishedRecord.Attempt(
                UUID.randomUUID(),
                "demo",
                "demo-1",
                STARTED,
                STARTED.plusSeconds(1),
                status,
                null)),
        gzip(ANSWER.formatted(finish, text)),
        null);
  }

  private static RecordBody.Inline gzip(String text) {
    return RecordBody.gzip(text.getBytes(StandardCharsets.UTF_8), "application/json");
  }

  /// The answer of [#completed] as the client got it.
  public static String answer(String text) {
    return ANSWER.formatted("stop", text);
  }

  public void persist(CompletionRecord... records) {
    List<Delivery> batch = new ArrayList<>();
    for (CompletionRecord record : records) {
      batch.add(new Delivery.Known(RecordCodec.encode(record), record));
    }
    assertThat(store.persist(batch, Deadline.in(Duration.ofSeconds(30)))).isEmpty();
  }
}
