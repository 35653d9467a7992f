package dev.sluice.priming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// A server of a priming: where it is, and until when.
final class LoopbackServerTest {

  @Test
  void theServerIsWhereItSaysWhateverAddressesTheJvmPrefers() throws Exception {
    Process preferringSix =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Djava.net.preferIPv6Addresses=true",
                    "-cp",
                    System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")),
                    Caller.class.getName()))
            .redirectErrorStream(true)
            .start();
    try (var _ = (AutoCloseable) preferringSix::destroyForcibly) {
      String said =
          new String(preferringSix.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(preferringSix.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(said).endsWith("heard 7");
    }
  }

  @Test
  void closingEndsEveryConnection() throws Exception {
    LoopbackServer server = LoopbackServer.start((in, _) -> in.readAllBytes());
    URI address = URI.create("tcp://" + server.address());
    try (server;
        Socket connection = new Socket(address.getHost(), address.getPort())) {
      server.close();

      assertThat(hasEnded(connection)).isTrue();
      assertThatThrownBy(() -> new Socket(address.getHost(), address.getPort()))
          .isInstanceOf(IOException.class);
    }
  }

  private static boolean hasEnded(Socket connection) {
    try {
      return connection.getInputStream().read() < 0;
    } catch (IOException _) {
      return true; // Reset, which is an end, too.
    }
  }

  /// Starts a server and calls it at its address, in a process of its own.
  static final class Caller {

    private Caller() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws IOException {
      try (LoopbackServer server = LoopbackServer.start((_, out) -> out.write(7))) {
        URI address = URI.create("tcp://" + server.address());
        try (Socket connection = new Socket(address.getHost(), address.getPort())) {
          System.out.print("heard " + connection.getInputStream().read());
        }
      }
    }
  }
}
