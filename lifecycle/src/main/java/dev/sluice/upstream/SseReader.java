package dev.sluice.upstream;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Reads server-sent events (WHATWG HTML, 9.2.6 "Interpreting an event stream") from bytes that may
/// be cut anywhere: inside a line end, a character or a field name. `id` and `retry` mean nothing
/// here, as nobody reconnects. For use by one thread.
public final class SseReader {

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EVENT = "event".getBytes(StandardCharsets.US_ASCII);

  private final int maxEventBytes;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(1_024);
  private final ByteArrayOutputStream data = new ByteArrayOutputStream(1_024);

  private String event = "";
  private boolean hasData;
  private boolean isFirstLine = true;
  private boolean wasCarriageReturn;
  private boolean isOversized;

  /// @param maxEventBytes what one event may hold, field names included
  public SseReader(int maxEventBytes) {
    this.maxEventBytes = maxEventBytes;
  }

  /// What the bytes of a stream amount to.
  public sealed interface Item {

    /// @param name the `event` field; empty when there was none, which means `message`
    /// @param data the `data` lines, joined by LF
    @SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares events by value
    record Event(String name, byte[] data) implements Item {}

    /// An event grew beyond the limit. Nothing more comes from this reader.
    record Oversized() implements Item {}
  }

  /// Takes the next bytes and gives the events that they complete, in order.
  public List<Item> feed(byte[] bytes) {
    List<Item> items = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < bytes.length && !isOversized; i++) {
      byte at = bytes[i];
      if (at == '\n' && wasCarriageReturn) {
        wasCarriageReturn = false;
        start = i + 1;
      } else if (at == '\n' || at == '\r') {
        line.write(bytes, start, i - start);
        start = i + 1;
        wasCarriageReturn = at == '\r';
        endLine(items);
      } else {
        wasCarriageReturn = false;
      }
    }
    if (!isOversized) {
      line.write(bytes, start, bytes.length - start);
      checkSize(items);
    }
    return items;
  }

  /// What was left when the stream ended without the blank line that would have completed it. The
  /// standard discards it; a reader that knows how its stream ends may recognise the last event.
  public Optional<Item.Event> remainder() {
    if (isOversized) {
      return Optional.empty();
    }
    field(takeLine());
    return hasData ? Optional.of(takeEvent()) : Optional.empty();
  }

  private void endLine(List<Item> items) {
    checkSize(items);
    if (isOversized) {
      return;
    }
    byte[] text = takeLine();
    if (text.length > 0) {
      field(text);
    } else if (hasData) {
      items.add(takeEvent());
    } else {
      event = "";
    }
  }

  private void checkSize(List<Item> items) {
    if (line.size() + data.size() > maxEventBytes) {
      isOversized = true;
      line.reset();
      data.reset();
      items.add(new Item.Oversized());
    }
  }

  private byte[] takeLine() {
    byte[] text = line.toByteArray();
    line.reset();
    boolean hasMark =
        isFirstLine && text.length >= 3 && Arrays.equals(text, 0, 3, BYTE_ORDER_MARK, 0, 3);
    isFirstLine = false;
    return hasMark ? Arrays.copyOfRange(text, 3, text.length) : text;
  }

  private Item.Event takeEvent() {
    Item.Event complete = new Item.Event(event, data.toByteArray());
    data.reset();
    hasData = false;
    event = "";
    return complete;
  }

  private void field(byte[] text) {
    int colon = 0;
    while (colon < text.length && text[colon] != ':') {
      colon++;
    }
    int value = Math.min(colon + 1, text.length);
    if (value < text.length && text[value] == ' ') {
      value++;
    }
    if (Arrays.equals(text, 0, colon, DATA, 0, DATA.length)) {
      if (hasData) {
        data.write('\n');
      }
      hasData = true;
      data.write(text, value, text.length - value);
    } else if (Arrays.equals(text, 0, colon, EVENT, 0, EVENT.length)) {
      event = new String(text, value, text.length - value, StandardCharsets.UTF_8);
    }
  }
}
