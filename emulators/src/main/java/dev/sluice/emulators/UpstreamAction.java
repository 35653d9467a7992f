package dev.sluice.emulators;

import java.time.Duration;

/// One step of what a [ScriptedUpstream] does with a connection after a request.
public sealed interface UpstreamAction {

  /// Sends these bytes at once.
  @SuppressWarnings("ArrayRecordComponent") // nobody compares actions by value
  record Send(byte[] bytes) implements UpstreamAction {}

  /// Sends these bytes in pieces of this size with a pause before each piece but the first.
  @SuppressWarnings("ArrayRecordComponent") // nobody compares actions by value
  record Drip(byte[] bytes, int size, Duration pause) implements UpstreamAction {

    public Drip {
      if (size < 1) {
        throw new IllegalArgumentException("A piece has at least one byte");
      }
    }
  }

  /// Waits until the signal fires (or the server is closed).
  record Await(Signal signal) implements UpstreamAction {}

  /// Fires the signal: whatever was sent before is in the hands of the operating system.
  record Fire(Signal signal) implements UpstreamAction {}

  /// Waits this long.
  record Delay(Duration duration) implements UpstreamAction {}

  /// Sends nothing more and waits until the client goes.
  record Hang() implements UpstreamAction {}

  /// Ends the connection in good order: the client reads end of file.
  record Eof() implements UpstreamAction {}

  /// Ends the connection with a TCP reset.
  record Reset() implements UpstreamAction {}
}
