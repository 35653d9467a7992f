package dev.sluice.translate;

import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.OutputItem;
import dev.sluice.wire.OutputItem.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A message or a reasoning: an item made of texts. One text is open at a time; the next one ends
/// it. For use by one thread.
final class OpenText extends OpenItem {

  /// Which of the upstream's texts it is: content and summary are counted apart.
  private record Key(boolean isSummary, long index) {}

  private final boolean isMessage;
  private final List<OpenPart> parts = new ArrayList<>();
  private final Map<Key, OpenPart> byKey = new HashMap<>();
  private @Nullable String encryptedContent;

  OpenText(EventFrames frames, String id, int index, boolean isMessage) {
    super(frames, id, index);
    this.isMessage = isMessage;
  }

  /// The text that the upstream counts so, begun if it is new. After the end of the item it is one
  /// that goes nowhere.
  OpenPart part(PartKind kind, long upstreamIndex) {
    Key key = new Key(kind == PartKind.SUMMARY_TEXT, upstreamIndex);
    OpenPart known = byKey.get(key);
    if (known != null) {
      return known;
    }
    if (!isOpen()) {
      return new OpenPart(EventFrames.discarded(), this::place, kind);
    }
    if (!parts.isEmpty()) {
      parts.getLast().close();
    }
    long index =
        parts.stream()
            .filter(part -> (part.kind() == PartKind.SUMMARY_TEXT) == key.isSummary())
            .count();
    OpenPart part = new OpenPart(frames(), () -> place().put(kind.indexName(), index), kind);
    parts.add(part);
    byKey.put(key, part);
    return part;
  }

  /// The text of this kind at the end of the item, begun if the item ends otherwise.
  OpenPart last(PartKind kind) {
    return !parts.isEmpty() && parts.getLast().kind() == kind
        ? parts.getLast()
        : part(kind, parts.size());
  }

  /// Whether citations can be added now.
  boolean endsWithText() {
    return !parts.isEmpty()
        && parts.getLast().kind() == PartKind.OUTPUT_TEXT
        && !parts.getLast().text().isEmpty();
  }

  boolean isMessage() {
    return isMessage;
  }

  @Override
  boolean matches(JsonObject whole) {
    return whole.text("type").orElse("message").equals(isMessage ? "message" : "reasoning");
  }

  @Override
  void addMissing(JsonObject whole) {
    if (!isMessage) {
      complete(whole.items("summary"));
    }
    complete(whole.items("content"));
    whole.text("encrypted_content").ifPresent(content -> encryptedContent = content);
    describe(whole);
  }

  private void complete(List<JsonValue> wholeParts) {
    for (int i = 0; i < wholeParts.size(); i++) {
      if (wholeParts.get(i) instanceof JsonObject part) {
        int index = i;
        PartKind.of(part.text("type").orElse(""), isMessage)
            .ifPresent(kind -> part(kind, index).complete(part));
      }
    }
  }

  @Override
  void closeContent() {
    parts.forEach(OpenPart::close);
  }

  @Override
  OutputItem item(Status status) {
    return isMessage
        ? new OutputItem.Message(id(), status, parts.stream().map(OpenPart::toPart).toList())
        : new OutputItem.Reasoning(
            id(),
            texts(PartKind.SUMMARY_TEXT),
            texts(PartKind.REASONING_TEXT),
            encryptedContent,
            status);
  }

  private List<String> texts(PartKind kind) {
    return parts.stream().filter(part -> part.kind() == kind).map(OpenPart::text).toList();
  }
}
