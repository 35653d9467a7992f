package dev.sluice.gateway.http;

import java.io.IOException;
import java.util.Map;

/// Where an answer goes: first a status with headers, then bytes. One call of [#write] is one write
/// on the wire and is flushed. Not safe for use by several threads at once.
public interface Reply {

  /// Starts the answer. Exactly once, before any byte.
  ///
  /// @param headers by lower-case name
  /// @throws IOException when the client is gone
  void start(int status, Map<String, String> headers) throws IOException;

  /// Sends bytes of the body and flushes them.
  ///
  /// @throws IOException when the client is gone
  void write(byte[] bytes) throws IOException;

  /// True once [#start] was called, also when it failed.
  boolean isStarted();
}
