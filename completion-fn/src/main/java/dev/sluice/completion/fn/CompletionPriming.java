package dev.sluice.completion.fn;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.RecordBody;
import dev.sluice.completion.RecordCodec;
import dev.sluice.completion.StartedRecord;
import dev.sluice.priming.Rehearsal;
import dev.sluice.request.Endpoint;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.request.Usage;
import dev.sluice.sandbox.Priming;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Batches with both records of one request, small ones and the largest, which a database that
/// takes nothing sends back.
final class CompletionPriming implements Priming {

  private static final UUID NOBODY = new UUID(0, 0);
  private static final Instant AT = Instant.EPOCH;

  @Override
  public void prime() throws IOException {
    try (Rehearsal rehearsal = Rehearsal.start();
        CompletionHandler handler =
            new CompletionHandler(rehearsal.equip(ApplicationContext.builder()))) {
      for (int round = 0; round < Rehearsal.ROUNDS; round++) {
        deliver(handler, batch(100));
      }
      deliver(handler, batch(Rehearsal.LARGEST_BODY_BYTES / 2));
    }
  }

  private static void deliver(CompletionHandler handler, SQSEvent batch) throws IOException {
    try {
      var _ = handler.execute(batch);
      throw new IOException("The database of the rehearsal took a record");
    } catch (StoreUnavailableException _) {
      // As far as it goes: its first row was refused.
    }
  }

  private static SQSEvent batch(int bodyBytes) {
    CompletionRecord.Head head =
        new CompletionRecord.Head(
            NOBODY,
            new ResponseId(NOBODY),
            NOBODY,
            "Rehearse",
            AT,
            Endpoint.CHAT_COMPLETIONS,
            Rehearsal.MODEL,
            ServiceTier.DEFAULT,
            false,
            false,
            true,
            AT,
            "priming",
            null);
    RecordBody.Inline body =
        RecordBody.gzip(Rehearsal.text(bodyBytes).getBytes(US_ASCII), "application/json");
    FinishedRecord finished =
        new FinishedRecord(
            head,
            Outcome.COMPLETED,
            200,
            null,
            false,
            1L,
            AT,
            new Usage(1, 1, 0, 0),
            List.of(),
            body,
            body);
    SQSEvent event = new SQSEvent();
    event.setRecords(List.of(message(new StartedRecord(head, body)), message(finished)));
    return event;
  }

  private static SQSEvent.SQSMessage message(CompletionRecord record) {
    SQSEvent.SQSMessage message = new SQSEvent.SQSMessage();
    message.setMessageId("priming");
    message.setBody(RecordCodec.encode(record));
    message.setAttributes(Map.of("ApproximateReceiveCount", "1"));
    return message;
  }
}
