package dev.sluice.gateway.read;

import dev.sluice.call.ModelInput;
import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.request.Chain;
import dev.sluice.request.Chain.End;
import dev.sluice.request.Chain.Turn;
import dev.sluice.request.Deadline;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoredBody;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Conversations as their owners continue them: a stored response and all that it continues, as
/// items. Responses and chat completions alike may be continued. Safe for use by several threads.
public final class ConversationReader {

  /// A client may continue a stream whose end it has just read.
  private static final Duration WAIT_FOR_END = Duration.ofSeconds(10);

  private static final String PARAM = "previous_response_id";

  private final RequestStore requests;
  private final ResponseLookup lookup;

  public ConversationReader(RequestStore requests, ResponseLookup lookup) {
    this.requests = requests;
    this.lookup = lookup;
  }

  /// The items of the conversation that ends with this response: turn by turn, oldest first, each
  /// with what was sent and then what was answered.
  ///
  /// @param previousResponseId as the client wrote it, with or without `resp_`
  /// @throws GatewayException 400 when there is no such conversation, or its last response still
  ///   runs; 503 when a part of it may still be on its way to the database
  public List<JsonObject> history(Caller caller, String previousResponseId, Deadline deadline) {
    ResponseId head = parent(caller, previousResponseId, deadline).data().id();
    Chain chain =
        requests.chain(caller.accountId(), head, ModelInput.MAX_TURNS, ModelInput.MAX_BYTES);
    switch (chain.end()) {
      case End.Complete() -> {}
      case End.Missing(ResponseId ancestor) -> throw missing(head, ancestor);
      case End.TooLong() -> throw tooLong("It has more than " + ModelInput.MAX_TURNS + " turns.");
      case End.TooLarge() ->
          throw tooLong("It is larger than " + (ModelInput.MAX_BYTES >> 20) + " MB.");
    }
    List<JsonObject> items = new ArrayList<>();
    chain.turns().forEach(turn -> add(turn, deadline, items));
    return List.copyOf(items);
  }

  private Request parent(Caller caller, String text, Deadline deadline) {
    Request request;
    try {
      request = lookup.findEnded(caller.accountId(), text, WAIT_FOR_END, deadline);
    } catch (GatewayException e) {
      throw e.code() == ErrorCode.RESPONSE_NOT_FOUND ? notFound(e.message()).because(e) : e;
    }
    ResponseId id = request.data().id();
    return switch (request.data().endpoint()) {
      case RESPONSES, CHAT_COMPLETIONS -> ended(request);
      case EMBEDDINGS, COMPACTIONS -> throw notFound(id.text() + " is no part of a conversation.");
    };
  }

  private static Request ended(Request request) {
    return switch (request) {
      case Request.Terminal terminal -> terminal;
      case Request.Active active ->
          throw GatewayException.of(
              ErrorCode.PREVIOUS_RESPONSE_NOT_FINISHED,
              active.data().id().text() + " still runs; it can be continued once it has ended.",
              PARAM);
    };
  }

  private void add(Turn turn, Deadline deadline, List<JsonObject> items) {
    Request request = turn.request();
    RequestData data = request.data();
    JsonObject sent =
        part(
            data.id(),
            turn.requestBody(),
            () -> requests.requestBody(data.accountId(), data.id()),
            deadline);
    items.addAll(ModelInput.ofTurn(request, sent, answer(turn, deadline)));
  }

  /// A response that failed may have ended without an answer.
  private JsonObject answer(Turn turn, Deadline deadline) {
    RequestData data = turn.request().data();
    StoredBody body = turn.responseBody();
    return turn.request() instanceof Request.Completed
        ? part(data.id(), body, () -> requests.responseBody(data.accountId(), data.id()), deadline)
        : body == null ? JsonObject.EMPTY : Json.objectOrEmpty(body.decoded());
  }

  private JsonObject part(
      ResponseId id,
      @Nullable StoredBody read,
      Supplier<Optional<StoredBody>> again,
      Deadline deadline) {
    StoredBody body = read == null ? awaited(id, again, deadline) : read;
    return Json.objectOrEmpty(body.decoded());
  }

  private StoredBody awaited(
      ResponseId id, Supplier<Optional<StoredBody>> part, Deadline deadline) {
    return lookup
        .await(id, deadline, part)
        .orElseThrow(() ->
            lookup.mayBeOnItsWay(id)
                ? ResponseLookup.notYetRecorded(id)
                : notFound("What was said in " + id.text() + " is not recorded."));
  }

  private static GatewayException missing(ResponseId head, ResponseId ancestor) {
    return ancestor.equals(head)
        ? notFound("There is no response " + head.text() + ".")
        : notFound(
            head.text()
                + " cannot be continued: it continues "
                + ancestor.text()
                + ", which does not exist any more.");
  }

  private static GatewayException notFound(String message) {
    return GatewayException.of(ErrorCode.PREVIOUS_RESPONSE_NOT_FOUND, message, PARAM);
  }

  private static GatewayException tooLong(String why) {
    return GatewayException.of(
        ErrorCode.INVALID_VALUE,
        "The conversation is too long to be continued. "
            + why
            + " Send a summary of it as input, see POST /v1/responses/compact.",
        PARAM);
  }
}
