package dev.sluice.call;

import dev.sluice.request.Chain;
import dev.sluice.request.Chain.End;
import dev.sluice.request.Chain.Turn;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.Deadline;
import dev.sluice.request.Endpoint;
import dev.sluice.request.GrowingPause;
import dev.sluice.request.Pause;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.request.StoredBody;
import dev.sluice.translate.ClientCall;
import dev.sluice.translate.PlacedItem;
import dev.sluice.translate.UntranslatableException;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Reads what a queued request asks for, long after the gateway has checked it. Safe for use by
/// several threads.
final class QueuedInput {

  /// A run has one connection or few, which its leases need more than its calls.
  private static final int MOST_READERS = 2;

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final Conversations conversations;
  private final ModelInput input;
  private final Pause pause;
  private final Semaphore readers = new Semaphore(MOST_READERS);

  QueuedInput(Conversations conversations, ModelInput input, Pause pause) {
    this.pause = pause;
    this.conversations = conversations;
    this.input = input;
  }

  /// What was asked for, or that it cannot be.
  sealed interface Asked {

    /// @param call streamed wherever its endpoint can be, whatever the client asked for: an idle
    ///   server shows itself, and an aborted call knows what it has cost; for a server that cannot
    ///   stream, see [ClientCall#whole]
    record Sound(ClientCall call) implements Asked {}

    /// @param why our own sentence for the owner
    record Gone(String why) implements Asked {}
  }

  /// @param end when it is too late for the call
  /// @throws StoreUnavailableException when the turns before cannot be read until then
  /// @throws InterruptedException when this thread was interrupted before it read them
  Asked read(Work work, Deadline end) throws InterruptedException {
    StoredBody body = work.body();
    if (body == null) {
      return new Asked.Gone("The body of the request is gone, so it cannot be run.");
    }
    return Json.parseUpstream(body.decoded()) instanceof Json.Parse.Parsed(JsonDocument document)
            && document.root() instanceof JsonObject
        ? read(work, document, end)
        : new Asked.Gone("The body of the request is no JSON object.");
  }

  private Asked read(Work work, JsonDocument document, Deadline end) throws InterruptedException {
    RequestData data = work.request().data();
    boolean isStreamed =
        switch (data.endpoint()) {
          case CHAT_COMPLETIONS, RESPONSES -> true;
          case EMBEDDINGS, COMPACTIONS -> false;
        };
    RequestData asked = data.withStream(isStreamed);
    if (data.endpoint() != Endpoint.RESPONSES) {
      return new Asked.Sound(new ClientCall(asked, document, List.of()));
    }
    List<JsonObject> before = new ArrayList<>();
    ResponseId previous = work.previousId();
    String missing = previous == null ? null : addTurns(data, previous, before, end);
    if (missing != null) {
      return new Asked.Gone(missing);
    }
    try {
      List<PlacedItem> items = input.of(data.accountId(), before, document.object());
      return new Asked.Sound(new ClientCall(asked, document, items));
    } catch (UntranslatableException e) {
      return new Asked.Gone(e.message()); // It fitted when it was queued; its parent has changed.
    }
  }

  /// @return why the conversation cannot be continued; null when its items were added
  private @Nullable String addTurns(
      RequestData data, ResponseId head, List<JsonObject> items, Deadline end)
      throws InterruptedException {
    Chain chain = chain(data, head, end);
    switch (chain.end()) {
      case End.Complete() -> {}
      case End.Missing(ResponseId ancestor) -> {
        return "The response " + ancestor.text() + ", which the request continues, is gone.";
      }
      case End.TooLong(), End.TooLarge() -> {
        return "The conversation has become too long to be continued.";
      }
    }
    for (Turn turn : chain.turns()) {
      StoredBody sent = turn.requestBody();
      StoredBody answer = turn.responseBody();
      // A response that failed may have ended without an answer.
      if (sent == null || (answer == null && turn.request() instanceof Request.Completed)) {
        return "What was said in " + turn.request().data().id().text() + " is gone.";
      }
      items.addAll(ModelInput.ofTurn(turn.request(), object(sent), object(answer)));
    }
    return null;
  }

  /// A connection that is not free, or a database that is away for a moment, costs no attempt.
  private Chain chain(RequestData data, ResponseId head, Deadline end) throws InterruptedException {
    GrowingPause growing = new GrowingPause(LONGEST_PAUSE);
    while (true) {
      Duration rest = growing.next();
      try {
        return chain(data, head);
      } catch (StoreUnavailableException e) {
        if (Thread.currentThread().isInterrupted() || end.remaining().compareTo(rest) <= 0) {
          throw e;
        }
      }
      pause.rest(rest);
    }
  }

  private Chain chain(RequestData data, ResponseId head) throws InterruptedException {
    readers.acquire();
    try {
      return conversations.chain(
          data.accountId(), head, ModelInput.MAX_TURNS, ModelInput.MAX_BYTES);
    } finally {
      readers.release();
    }
  }

  private static JsonObject object(@Nullable StoredBody body) {
    return body == null ? JsonObject.EMPTY : Json.objectOrEmpty(body.decoded());
  }
}
