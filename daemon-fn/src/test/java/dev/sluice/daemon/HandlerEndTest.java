package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.aws.DirectoryObjectStore;
import dev.sluice.emulators.LambdaContext;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an invocation does last.
final class HandlerEndTest {

  @TempDir private Path directory;

  private Fixture fixture;

  @BeforeEach
  void open() {
    fixture = Fixture.create(directory);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void noConnectionStaysWhateverBecomesOfTheNextRun() {
    var _ = fixture.insertPending(1, Map.of("not_before", "now() + interval '30 minutes'"));

    try (DaemonHandler handler =
        fixture.handler(
            Map.of(),
            (_, _) -> {
              throw new NoClassDefFoundError("scripted");
            })) {
      assertThatThrownBy(() -> tick(handler)).isInstanceOf(NoClassDefFoundError.class);

      fixture.awaitNoSession();
    }
  }

  @Test
  void spilledRecordsThatWaitForTheirQueueHaveARunOfTheirOwn() throws IOException {
    spill("a record");

    assertThat(arranged(Map.of("sluice.queue.endpoint", "http://127.0.0.1:1"))).hasSize(1);
  }

  /// It would wake the database each time, for nothing.
  @Test
  void anObjectThatCanNeverBeSentHasNone() throws IOException {
    spill("");

    assertThat(arranged(Map.of())).isEmpty();
  }

  private List<Instant> arranged(Map<String, Object> more) throws IOException {
    List<Instant> arranged = new ArrayList<>();
    try (DaemonHandler handler = fixture.handler(more, (_, at) -> arranged.add(at))) {
      tick(handler);
    }
    return arranged;
  }

  private void spill(String text) {
    new DirectoryObjectStore(directory)
        .put("spill/a/b/c.json", text.getBytes(StandardCharsets.UTF_8));
  }

  private static void tick(DaemonHandler handler) throws IOException {
    handler.handleRequest(
        new ByteArrayInputStream(DaemonEventTest.TICK.getBytes(StandardCharsets.UTF_8)),
        new ByteArrayOutputStream(),
        LambdaContext.starting("daemon", "invocation", null, Duration.ofMinutes(1)));
  }
}
