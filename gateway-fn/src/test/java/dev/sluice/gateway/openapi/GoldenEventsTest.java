package dev.sluice.gateway.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.gateway.testing.Contract;
import dev.sluice.translate.ResponseReplay;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The events that the library's golden files expect are events of the contract, and so are the
/// replays of what they end in.
final class GoldenEventsTest {

  private static final Path STREAMS = Path.of("../lifecycle/src/test/resources/golden/streams");

  static List<Path> streams() throws IOException {
    try (Stream<Path> files = Files.list(STREAMS)) {
      return files.filter(file -> file.toString().endsWith(".events.sse")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("streams")
  void everyEventIsAsTheContractSays(Path stream) throws IOException {
    List<JsonObject> events = events(Files.readString(stream));

    assertThat(events).isNotEmpty().allSatisfy(GoldenEventsTest::check);
  }

  @ParameterizedTest
  @MethodSource("streams")
  void aReplayOfTheEndIsAsTheContractSays(Path stream) throws IOException {
    JsonObject end =
        events(Files.readString(stream)).getLast().object("response").orElse(JsonObject.EMPTY);

    List<JsonObject> replayed =
        ResponseReplay.frames(end).stream()
            .flatMap(frame -> events(new String(frame, StandardCharsets.UTF_8)).stream())
            .toList();

    assertThat(replayed).isNotEmpty().allSatisfy(GoldenEventsTest::check);
  }

  private static void check(JsonObject event) {
    assertThat(Contract.eventViolations(event)).as(event.toString()).isEmpty();
  }

  private static List<JsonObject> events(String text) {
    return text.lines()
        .filter(line -> line.startsWith("data: {"))
        .map(line -> Json.objectOrEmpty(line.substring(6).getBytes(StandardCharsets.UTF_8)))
        .toList();
  }
}
