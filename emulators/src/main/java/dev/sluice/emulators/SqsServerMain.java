package dev.sluice.emulators;

import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/// The main class of an [SqsProcess]: tells its parent the port over a connection to it, and ends
/// as soon as that connection does, so that it never outlives its parent.
final class SqsServerMain {

  private SqsServerMain() {}

  /// @param arguments the parent's port on the loopback interface
  public static void main(String[] arguments) throws IOException {
    try (Socket parent =
            new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        SqsServer server = SqsServer.start()) {
      new DataOutputStream(parent.getOutputStream()).writeInt(server.endpoint().getPort());
      while (parent.getInputStream().read() >= 0) {
        // The parent says nothing; what counts is that the connection lives.
      }
    } finally {
      // At once: whoever ends the parent has no use for what is still in memory here.
      Runtime.getRuntime().halt(0);
    }
  }
}
