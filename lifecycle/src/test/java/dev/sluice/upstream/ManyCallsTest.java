package dev.sluice.upstream;

import static dev.sluice.upstream.TestingCalls.LONG;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.Signal;
import dev.sluice.emulators.UpstreamAnswer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// As many calls at once as a daemon has slots, in what Lambda gives a function: 1,024 descriptors
/// and 512 MB, of which the heap gets the smaller part.
final class ManyCallsTest {

  private static final int SLOTS = 400;

  @Test
  void allSlotsOfADaemonFitIntoAFunction() throws IOException, InterruptedException {
    AtomicInteger arrived = new AtomicInteger();
    List<Signal> complete = List.of(new Signal(), new Signal());
    try (ScriptedUpstream server =
        ScriptedUpstream.startUnrecorded(
            0,
            _ -> {
              int number = arrived.getAndIncrement();
              Signal all = complete.get(number / SLOTS);
              if (number % SLOTS == SLOTS - 1) {
                all.fire();
              }
              return UpstreamAnswer.eventStream().await(all).event("[DONE]").end();
            })) {
      Process process =
          new ProcessBuilder(
                  "sh",
                  "-c",
                  "ulimit -n 1024 && exec \"$@\"",
                  "sh",
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx300m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  ManyCalls.class.getName(),
                  server.uri().toString(),
                  Integer.toString(SLOTS))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try {
        String told = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(told.lines()).containsExactly("400", "400");
      } finally {
        process.destroyForcibly();
      }
    }
  }
}
