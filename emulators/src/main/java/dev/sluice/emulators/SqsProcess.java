package dev.sluice.emulators;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// An [SqsServer] in a process of its own, which can be stopped and continued as a whole.
///
/// A stopped server is what a client fears most: the kernel still accepts its connections and takes
/// its bytes, and no answer comes. What was sent meanwhile is handled after all once the server
/// goes on. Messages live in the process's memory; it ends with this one, also when this one is
/// killed (a stopped one does so as soon as it is continued). Safe for use by several threads.
public final class SqsProcess implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final Process process;
  private final Socket tether;
  private final URI endpoint;
  private final Path log;

  private SqsProcess(Process process, Socket tether, URI endpoint, Path log) {
    this.process = process;
    this.tether = tether;
    this.endpoint = endpoint;
    this.log = log;
  }

  /// Starts a process with the class path of this one and returns when its server answers.
  ///
  /// @throws UncheckedIOException when it did not start within a minute; the message names the file
  ///   with what it said
  public static SqsProcess start() {
    Path log;
    try {
      log = Files.createTempFile("sluice-sqs", ".log");
    } catch (IOException e) {
      throw new UncheckedIOException("No file for the words of the queue's process", e);
    }
    try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      door.setSoTimeout((int) START_LIMIT.toMillis());
      Process process = launch(door.getLocalPort(), log);
      // Nobody calls any more when it ends early: the wait below ends then, too.
      var _ = process.onExit().thenRun(() -> closeQuietly(door));
      try {
        Socket tether = door.accept();
        int port = new DataInputStream(tether.getInputStream()).readInt();
        return new SqsProcess(process, tether, URI.create("http://127.0.0.1:" + port), log);
      } catch (IOException e) {
        process.destroyForcibly();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The queue's process did not start; see " + log, e);
    }
  }

  private static Process launch(int port, Path log) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            // The actor library still asks for it.
            "--sun-misc-unsafe-memory-access=allow",
            "-classpath",
            System.getProperty("java.class.path"),
            SqsServerMain.class.getName(),
            String.valueOf(port))
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  private static void closeQuietly(ServerSocket door) {
    try {
      door.close();
    } catch (IOException e) {
      throw new UncheckedIOException("A listening socket could not be closed", e);
    }
  }

  public URI endpoint() {
    return endpoint;
  }

  public ProcessHandle process() {
    return process.toHandle();
  }

  /// Stops the process where it is. A repeat changes nothing.
  public void stop() {
    signal(UnixSignal.STOP);
  }

  /// Lets the process go on. A repeat changes nothing.
  public void resume() {
    signal(UnixSignal.CONT);
  }

  private void signal(UnixSignal signal) {
    if (!signal.send(process.toHandle())) {
      throw new IllegalStateException("The queue's process is gone");
    }
  }

  /// Ends the process, stopped or not, and returns when it is gone, and what it said with it.
  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
    try {
      tether.close();
      var _ = Files.deleteIfExists(log);
    } catch (IOException e) {
      throw new UncheckedIOException("What an ended process left could not be removed", e);
    }
  }
}
