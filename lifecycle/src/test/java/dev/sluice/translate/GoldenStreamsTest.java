package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.Outcome;
import dev.sluice.translate.TestingStreams.Closing;
import dev.sluice.translate.TestingStreams.Told;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Streams as upstreams send them (`<case>.upstream.sse`), the request that they answer and the
/// events that the client must get. The cases follow the acceptance list of the reference, section
/// 8, and what servers are known to do.
final class GoldenStreamsTest {

  private static final Path DIRECTORY = directory();
  private static final String UPSTREAM = ".upstream.sse";

  private static Path directory() {
    URL place = Objects.requireNonNull(GoldenStreamsTest.class.getResource("/golden/streams"));
    try {
      return Path.of(place.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("The class path is no directory", e);
    }
  }

  static Stream<String> cases() throws IOException {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(UPSTREAM))
          .map(name -> name.substring(0, name.length() - UPSTREAM.length()))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theClientGetsTheseEvents(String name) {
    Told told = tell(name, List.of(upstream(name)));

    assertThat(told.transcript()).isEqualTo(read(name + ".events.sse"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyStreamKeepsTheRules(String name) {
    Told told = tell(name, List.of(upstream(name)));

    JsonObject last = StreamRules.check(told.frames());

    assertThat(last).isEqualTo(told.response());
    assertThat(last.text("status")).hasValue(told.ending().outcome().text());
    EventLog log = Objects.requireNonNull(told.ending().events());
    assertThat(log.after(-1)).containsExactlyElementsOf(told.frames());
    assertThat(told.ending().failure() != null)
        .isEqualTo(told.ending().outcome() == Outcome.FAILED);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whereTheBytesAreCutDoesNotMatter(String name) {
    String whole = tell(name, List.of(upstream(name))).transcript();

    List<byte[]> single = new ArrayList<>();
    for (byte b : upstream(name)) {
      single.add(new byte[] {b});
    }

    assertThat(tell(name, single).transcript()).isEqualTo(whole);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theStoredResponseIsReplayedWithTheSameOutput(String name) {
    JsonObject stored = tell(name, List.of(upstream(name))).response();

    JsonObject replayed = StreamRules.check(ResponseReplay.frames(stored));

    assertThat(replayed).isEqualTo(stored);
    assertThat(ResponseReplay.frames(stored))
        .containsExactlyElementsOf(ResponseReplay.frames(stored));
  }

  private static Told tell(String name, Iterable<byte[]> chunks) {
    return TestingStreams.stream(
        translation(name), chunks, name.endsWith("-reset") ? reset() : TestingStreams.CLOSED);
  }

  static Translation translation(String name) {
    String request = read(name + ".request.json");
    return name.startsWith("chat-")
        ? TestingStreams.overChat(request)
        : TestingStreams.overResponses(request);
  }

  private static Closing reset() {
    return stream ->
        stream.broken(new NetworkError("reset", "The connection broke."), TestingStreams.ENDED);
  }

  static byte[] upstream(String name) {
    return read(name + UPSTREAM).getBytes(StandardCharsets.UTF_8);
  }

  private static String read(String file) {
    try {
      return Files.readString(DIRECTORY.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
