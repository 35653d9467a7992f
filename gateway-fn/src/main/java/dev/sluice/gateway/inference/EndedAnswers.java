package dev.sluice.gateway.inference;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.read.ReplayReader;
import dev.sluice.request.Endpoint;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoredBody;
import dev.sluice.translate.ChatReplay;
import dev.sluice.translate.ChatStream;
import dev.sluice.wire.Json;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/// Gives the answers of ended requests in the form in which they were asked for: the body byte for
/// byte, the stream, or the error. Safe for use by several threads.
@Singleton
final class EndedAnswers {

  private final RequestStore requests;
  private final ReplayReader replays;

  EndedAnswers(RequestStore requests, ReplayReader replays) {
    this.requests = requests;
    this.replays = replays;
  }

  /// Answers with the stored answer of this request.
  ///
  /// @throws GatewayException before any byte: the error with which it ended, or 409 when its
  ///   answer is gone
  void give(OwedAnswer owed, Request.Terminal ended) {
    RequestData data = ended.data();
    Optional<StoredBody> stored = requests.responseBody(data.accountId(), data.id());
    switch (ended) {
      case Request.Failed failed when !toldByEvents(data, stored) ->
          throw UpstreamFailures.toException(failed.reason());
      case Request.Finished _ -> {
        StoredBody body = stored.orElseThrow(() -> gone(data.id()));
        if (isStream(data)) {
          stream(owed, ended, body);
        } else {
          byte[] decoded = body.decoded(); // Before the status: a broken body is no half a 200.
          owed.client().start(200, owed.headers(body.contentType()));
          owed.client().write(decoded);
        }
      }
      case Request.Canceled _ -> throw gone(data.id());
    }
  }

  /// The chunks of a chat completion, without the final `[DONE]`.
  ///
  /// @throws GatewayException as [#give]
  List<byte[]> chunks(OwedAnswer owed, Request.Terminal ended) {
    RequestData data = ended.data();
    return switch (ended) {
      case Request.Completed _ ->
          chunks(
              owed,
              requests
                  .responseBody(data.accountId(), data.id())
                  .orElseThrow(() -> gone(data.id())));
      case Request.Failed failed -> throw UpstreamFailures.toException(failed.reason());
      case Request.Canceled _ -> throw cancelled(data.id());
    };
  }

  private static List<byte[]> chunks(OwedAnswer owed, StoredBody body) {
    return ChatReplay.frames(Json.objectOrEmpty(body.decoded()), owed.wantsUsage());
  }

  /// True when the failure came inside the stream of a response, whose last event says so.
  private static boolean toldByEvents(RequestData data, Optional<StoredBody> stored) {
    return data.stream()
        && data.endpoint() == Endpoint.RESPONSES
        && stored
            .map(body -> Json.objectOrEmpty(body.decoded()))
            .flatMap(body -> body.text("id"))
            .filter(data.id().text()::equals)
            .isPresent();
  }

  private static boolean isStream(RequestData data) {
    return switch (data.endpoint()) {
      case RESPONSES, CHAT_COMPLETIONS -> data.stream();
      case EMBEDDINGS, COMPACTIONS -> false;
    };
  }

  private void stream(OwedAnswer owed, Request.Terminal ended, StoredBody body) {
    List<byte[]> frames =
        ended.data().endpoint() == Endpoint.RESPONSES
            ? replays.frames(ended, -1, owed.end())
            : chunks(owed, body);
    owed.client().start(200, owed.headers(ReplyHeaders.EVENT_STREAM));
    EventWriter events = owed.events();
    frames.forEach(events::write);
    events.write(ChatStream.DONE);
  }

  /// What the client of a chat completion or of embeddings is told whose request was cancelled.
  static GatewayException cancelled(ResponseId id) {
    return GatewayException.of(
            ErrorCode.REQUEST_CANCELLED, "The request was cancelled as " + id.text() + ".")
        .withHeader("x-should-retry", "false");
  }

  static GatewayException gone(ResponseId original) {
    return GatewayException.of(
            ErrorCode.RESULT_NOT_STORED,
            "The request was answered as " + original.text() + ", and its answer is not stored.")
        .withHeader("x-should-retry", "false");
  }
}
