package dev.sluice.emulators;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/// A function in a process of its own that a test can hold in the middle of a call.
public final class TestingTask implements RequestStreamHandler {

  /// When set, the function does not start.
  static final String BROKEN = "TESTING_BROKEN";

  public TestingTask() {
    if (System.getenv(BROKEN) != null) {
      throw new IllegalStateException("broken on purpose");
    }
  }

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    String[] words = new String(event.readAllBytes(), StandardCharsets.UTF_8).split(" ", 2);
    String pid = String.valueOf(ProcessHandle.current().pid());
    String reply =
        switch (words[0]) {
          case "pid" -> pid;
          case "environment" -> String.join(" ", new TreeSet<>(System.getenv().keySet()));
          case "hold" -> {
            hold(pid, Integer.parseInt(words[1]));
            yield pid;
          }
          case "wait" -> {
            waitForInterrupt(pid, Integer.parseInt(words[1]));
            context.getLogger().log("interrupted\n");
            yield pid;
          }
          case "repeat" -> "x".repeat(Integer.parseInt(words[1]));
          case "print" -> {
            context.getLogger().log(words[1] + "\n");
            yield pid;
          }
          default -> throw new IllegalArgumentException("told to fail");
        };
    answer.write(reply.getBytes(StandardCharsets.UTF_8));
  }

  /// Tells the test who runs, and goes on when its thread is interrupted.
  private static void waitForInterrupt(String pid, int port) throws IOException {
    try (Socket test = new Socket(InetAddress.getLoopbackAddress(), port)) {
      test.getOutputStream().write((pid + "\n").getBytes(StandardCharsets.UTF_8));
      while (!Thread.interrupted()) {
        LockSupport.park();
      }
    }
  }

  /// Tells the test who runs, and goes on when the test closes the connection.
  private static void hold(String pid, int port) throws IOException {
    try (Socket test = new Socket(InetAddress.getLoopbackAddress(), port)) {
      test.getOutputStream().write((pid + "\n").getBytes(StandardCharsets.UTF_8));
      var _ = test.getInputStream().read();
    }
  }
}
