package dev.sluice.translate;

import dev.sluice.upstream.Model;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Instant;

/// `POST /v1/chat/completions` on an upstream that speaks only Responses. The answer is first read
/// as a Response, with all that this repairs, and then told as a completion.
final class ChatOverResponses implements Translation {

  private final ClientCall call;
  private final byte[] body;

  /// The same request as if the client had called Responses.
  private final Translation inner;

  /// @throws UntranslatableException when Responses cannot express the request
  ChatOverResponses(ClientCall call, Model.Target target) {
    this.call = call;
    this.body = ResponsesRequestBody.of(call, target);
    ClientCall asResponses =
        Json.parseUpstream(body) instanceof Json.Parse.Parsed(JsonDocument document)
            ? new ClientCall(call.request(), document, call.items())
            : call;
    this.inner = new ResponsesOverResponses(asResponses, body);
  }

  @Override
  public String upstreamPath() {
    return inner.upstreamPath();
  }

  @Override
  public byte[] upstreamBody() {
    return body;
  }

  @Override
  public Answer read(JsonDocument answer, Instant at) {
    return switch (inner.read(answer, at)) {
      case Answer.Sound sound ->
          new Answer.Sound(sound.outcome(), sound.usage(), completion(sound.body()));
      case Answer.Invalid invalid -> invalid;
    };
  }

  private byte[] completion(byte[] response) {
    return Json.write(
        ResponseAsCompletion.of(call.request(), Json.objectOrEmpty(response), isLegacy()));
  }

  private boolean isLegacy() {
    return ChatAsResponses.isLegacy(call.document().object());
  }

  @Override
  public AnswerStream stream(int maxEventBytes) {
    boolean usage =
        call.document()
            .object()
            .object("stream_options")
            .filter(options -> options.isTrue("include_usage"))
            .isPresent();
    JsonObject head = ResponseAsCompletion.head(call.request(), "chat.completion.chunk");
    return told(inner.stream(maxEventBytes), new ChatChunks(head, usage));
  }

  @Override
  public AnswerStream assembly(int maxEventBytes) {
    JsonObject head = ResponseAsCompletion.head(call.request(), "chat.completion.chunk");
    return told(inner.assembly(maxEventBytes), new ChatChunks(head, false));
  }

  private AnswerStream told(AnswerStream response, ChatChunks chunks) {
    return new ChatOverResponsesStream(
        call.request(), response, new ChatDeltas(chunks, isLegacy()));
  }
}
