package dev.sluice.gateway.inference;

import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.translate.Dialect;
import java.nio.charset.StandardCharsets;

/// Sends the frames of a stream in the words that the client asked for. What is recorded is not
/// touched by it. For use by one thread.
record EventWriter(ClientReply client, Dialect dialect) {

  private static final byte[] KEEP_ALIVE = ": keep-alive\n\n".getBytes(StandardCharsets.US_ASCII);

  /// The request header by which a client asks for other words than OpenAI's.
  static final String HEADER = "x-sluice-dialect";

  /// A dialect that nobody knows is OpenAI's.
  static EventWriter of(ClientReply client, InboundRequest inbound) {
    return new EventWriter(
        client, inbound.header(HEADER).map(Dialect::ofHeader).orElse(Dialect.OPENAI));
  }

  /// Sends a comment, which clients pass over, so that nobody takes silence for an end.
  void keepAlive() {
    client.write(KEEP_ALIVE);
  }

  /// @param frame one event
  void write(byte[] frame) {
    client.write(dialect.apply(frame));
  }
}
