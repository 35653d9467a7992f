package dev.sluice.translate;

import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.TruncatedStream;
import dev.sluice.request.Outcome;
import dev.sluice.request.Usage;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A streamed chat completion on its way through: each event of the upstream becomes the event of
/// the client, and all of them together become the object that is stored.
///
/// Usage is always asked of the upstream. When the client did not ask for it, the chunk that holds
/// nothing else is dropped and the `usage` key is removed from the others. Every other byte of a
/// chunk but `id` and `model` stays as the upstream wrote it. For use by one thread.
public final class ChatStream implements AnswerStream {

  /// The end of a stream that the client may see. It is not part of what [#feed] gives: it waits
  /// for the record.
  public static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] PREFIX = "data: ".getBytes(StandardCharsets.US_ASCII);

  /// @param id what the client sees as the id of the completion
  /// @param model the alias that the client asked for
  /// @param usage whether the client asked for usage
  /// @param extraCounts whether every chunk may have counts that the client did not ask for
  /// @param choices how many choices the client asked for
  /// @param tier the tier in force, shown where the upstream shows its own
  public record View(
      String id, String model, boolean usage, boolean extraCounts, long choices, String tier) {

    /// Of an upstream that counts only at the end, or as the client asked.
    public View(String id, String model, boolean usage, long choices, String tier) {
      this(id, model, usage, false, choices, tier);
    }
  }

  private final View view;
  private final UpstreamEvents upstream;
  private final ChatStreamAssembler assembler = new ChatStreamAssembler();
  private final boolean isSeen;
  private @Nullable Usage usage;

  /// @param maxEventBytes a larger event fails the stream
  public ChatStream(View view, int maxEventBytes) {
    this(view, true, maxEventBytes);
  }

  private ChatStream(View view, boolean isSeen, int maxEventBytes) {
    this.view = view;
    this.isSeen = isSeen;
    this.upstream = new UpstreamEvents(maxEventBytes);
  }

  /// A stream that gives no events.
  static ChatStream unseen(View view, int maxEventBytes) {
    return new ChatStream(view, false, maxEventBytes);
  }

  /// Nothing: the first event of a chat stream is the upstream's.
  @Override
  public List<byte[]> open() {
    return List.of();
  }

  @Override
  public List<byte[]> feed(byte[] bytes) {
    List<byte[]> frames = new ArrayList<>();
    upstream.feed(bytes, document -> take(document).ifPresent(frames::add));
    return frames;
  }

  @Override
  public boolean isOver() {
    return upstream.isOver();
  }

  @Override
  public StreamEnding end(Instant at) {
    upstream.close();
    // Some upstreams close without [DONE]: an answer is whole when each of its choices has
    // finished.
    if (!assembler.isFinished(upstream.isDone() ? 1 : view.choices())) {
      upstream.fail(new TruncatedStream());
    }
    return ending(at);
  }

  @Override
  public StreamEnding broken(FailureReason reason, Instant at) {
    if (upstream.isDone()) {
      return end(at);
    }
    upstream.breakOff(reason);
    return ending(at);
  }

  @Override
  public byte[] errorFrame(JsonObject shown) {
    return frame(Json.write(JsonObject.builder().put("error", shown).build()));
  }

  private StreamEnding ending(Instant at) {
    if (ChatFinish.outcome(assembler.finishReasons()) == Outcome.FAILED) {
      upstream.fail(new TruncatedStream());
    }
    FailureReason failure = upstream.failure();
    return new StreamEnding(
        failure == null ? ChatFinish.outcome(assembler.finishReasons()) : Outcome.FAILED,
        at,
        failure,
        upstream.error(),
        usage,
        assembler.isEmpty() ? upstream.error() : Json.write(completion()),
        List.of(),
        null);
  }

  private JsonObject completion() {
    JsonObject whole = assembler.completion(view.id(), view.model());
    return whole.has("service_tier")
        ? whole.toBuilder().put("service_tier", view.tier()).build()
        : whole;
  }

  private Optional<byte[]> take(JsonDocument document) {
    JsonObject chunk = document.object();
    usage = UsageCounts.ofChat(chunk).orElse(usage);
    JsonValue choices = chunk.get("choices");
    if (choices != null && !(choices instanceof JsonArray || choices instanceof JsonNull)) {
      upstream.fail(new TruncatedStream());
      return Optional.empty();
    }
    boolean hasChoices = !chunk.items("choices").isEmpty();
    if (!hasChoices && !chunk.has("choices") && !chunk.has("usage")) {
      return Optional.empty();
    }
    assembler.add(chunk);
    boolean isHidden = !view.usage() && !hasChoices && chunk.get("usage") instanceof JsonObject;
    return isHidden || !isSeen ? Optional.empty() : Optional.of(shown(document, choices));
  }

  private byte[] shown(JsonDocument document, @Nullable JsonValue choices) {
    JsonDocument.Edit edit = document.edit().set("id", view.id()).set("model", view.model());
    if (choices instanceof JsonNull) {
      // Clients go through the list of each chunk; some servers have none where theirs is empty.
      edit.set("choices", JsonArray.EMPTY);
    }
    if (!view.usage()) {
      edit.remove("usage");
    } else if (view.extraCounts() && !document.object().items("choices").isEmpty()) {
      edit.set("usage", JsonNull.NULL); // As OpenAI writes it where the count comes at the end.
    }
    if (document.object().has("service_tier")) {
      edit.set("service_tier", view.tier());
    }
    return frame(edit.toBytes());
  }

  /// One event in one line: a line end between JSON tokens becomes a blank, and inside strings
  /// there is none.
  public static byte[] frame(byte[] json) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream(json.length + 8);
    frame.writeBytes(PREFIX);
    for (byte b : json) {
      frame.write(b == '\n' || b == '\r' ? ' ' : b);
    }
    frame.write('\n');
    frame.write('\n');
    return frame.toByteArray();
  }
}
