package dev.sluice.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Cases marked "WHATWG" are the examples of the standard's section 9.2.6.
final class SseReaderTest {

  private static final int LIMIT = 1_024;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          WHATWG one event of three lines | data: YHOO~data: +2~data: 10~~ | :YHOO/+2/10
          WHATWG comments and empty data  | : test stream~~data: first event~id: 1~~data:second event~id~~data:  third event~ | :first event,:second event
          WHATWG empty events             | data~~data~data~~data: | :,:/
          WHATWG one space is removed     | data:test~~data: test~~ | :test,:test
          a name                          | event: error~data: x~~data: y~~ | error:x,:y
          a name without data             | event: a~~data: b~~ | :b
          an unknown field                | datax: 1~dat: 2~data: 3~~ | :3
          a colon in the data             | data: a:b: c~~ | :a:b: c
          """)
  void eventsAreReadAsTheStandardSays(String title, String stream, String expected) {
    for (String lineEnd : List.of("\n", "\r", "\r\n")) {
      byte[] bytes = stream.replace("~", lineEnd).getBytes(UTF_8);
      SseReader reader = new SseReader(LIMIT);
      List<String> events = new ArrayList<>();
      for (byte b : bytes) {
        reader.feed(new byte[] {b}).forEach(item -> events.add(text(item)));
      }

      assertThat(String.join(",", events)).as(title).isEqualTo(expected);
    }
  }

  @Test
  void aByteOrderMarkIsSkippedOnceAtTheStart() {
    SseReader reader = new SseReader(LIMIT);
    byte[] bytes = "\uFEFFdata: \uFEFFa\n\n".getBytes(UTF_8);

    List<SseReader.Item> items = reader.feed(bytes);

    assertThat(items).extracting(SseReaderTest::text).containsExactly(":\uFEFFa");
  }

  @Test
  void whatIsLeftAtTheEndCanBeAskedFor() {
    SseReader reader = new SseReader(LIMIT);
    assertThat(reader.feed("data: a\n\ndata: [DO".getBytes(UTF_8))).hasSize(1);
    assertThat(reader.feed("NE]".getBytes(UTF_8))).isEmpty();

    assertThat(reader.remainder()).map(SseReaderTest::text).contains(":[DONE]");
  }

  @Test
  void anEventBeyondTheLimitEndsTheReading() {
    for (String huge : List.of("data: " + "x".repeat(LIMIT), "data: xxxxxxxx\n".repeat(200))) {
      SseReader reader = new SseReader(LIMIT);
      List<SseReader.Item> items = new ArrayList<>(reader.feed("data: a\n\n".getBytes(UTF_8)));
      for (byte b : huge.getBytes(UTF_8)) {
        items.addAll(reader.feed(new byte[] {b}));
      }
      items.addAll(reader.feed("\n\ndata: b\n\n".getBytes(UTF_8)));

      assertThat(items).hasSize(2);
      assertThat(items.getLast()).isEqualTo(new SseReader.Item.Oversized());
      assertThat(reader.remainder()).isEmpty();
    }
  }

  private static String text(SseReader.Item item) {
    return switch (item) {
      case SseReader.Item.Event(String name, byte[] data) ->
          name + ":" + new String(data, UTF_8).replace('\n', '/');
      case SseReader.Item.Oversized _ -> "oversized";
    };
  }
}
