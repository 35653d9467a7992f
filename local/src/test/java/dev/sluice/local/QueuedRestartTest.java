package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a planned stop does to queued work whose call runs.
@Tag(BackingServices.TAG)
final class QueuedRestartTest {

  /// Takes 4 s, twice as long as a stop lets a run go on.
  private static final String SLOW =
      """
      {"model":"demo-slow","input":"%s","background":true}\
      """
          .formatted("word ".repeat(40).strip());

  @TempDir private Path directory;

  @Test
  void aRunningCallIsPutBackByAStopAndMadeAgainAfterIt() throws IOException {
    try (TestingStack stack = TestingStack.start(directory)) {
      assertThat(stack.post("/v1/responses", SLOW).status()).isEqualTo(202);
      stack.await("select count(*) = 1 from request where state = 'processing'");
    }

    try (TestingStack stack = TestingStack.start(directory)) {
      assertThat(stack.texts("select state || ' ' || crashes from request"))
          .containsExactly("pending 0");
      var _ = stack.tick();

      assertThat(stack.texts("select state || ' ' || attempt || ' ' || crashes from request"))
          .containsExactly("completed 2 0");
      assertThat(
              stack.texts(
                  """
                  select coalesce(error, status::text) from request_attempt order by attempt
                  """))
          .containsExactly("drained", "200");
    }
  }
}
