package dev.sluice.emulators;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads what a runtime answers to one invocation and passes it on. For use by one thread.
final class ResponseReading {

  private static final Logger LOG = LoggerFactory.getLogger(ResponseReading.class);

  private final RuntimeExchange exchange;
  private final OutputStream out;
  private final List<RuntimeApi.Chunk> chunks = new ArrayList<>();
  private Optional<FunctionErrorException> error = Optional.empty();
  private boolean tooLarge;
  private boolean readerIsGone;

  ResponseReading(RuntimeExchange exchange, OutputStream out) {
    this.exchange = exchange;
    this.out = out;
  }

  /// Reads to the end.
  ///
  /// @throws IOException when the runtime's connection broke
  void read() throws IOException {
    if (exchange.path().endsWith("/error")) {
      error = Optional.of(new FunctionErrorException(exchange.error(), false));
    } else if (exchange.isStreaming()) {
      stream();
    } else {
      buffer();
    }
  }

  private void stream() throws IOException {
    byte[] piece = piece();
    while (piece != null) {
      pass(piece);
      piece = piece();
    }
    error = exchange.trailingError().map(told -> new FunctionErrorException(told, true));
  }

  private void buffer() throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    byte[] piece = piece();
    while (piece != null) {
      tooLarge = tooLarge || whole.size() + piece.length > RuntimeApi.PAYLOAD_LIMIT_BYTES;
      if (!tooLarge) {
        whole.write(piece);
      }
      piece = piece();
    }
    if (tooLarge) {
      error = Optional.of(new FunctionErrorException(responseTooLarge(), false));
    } else {
      pass(whole.toByteArray());
    }
  }

  private static FunctionError responseTooLarge() {
    return FunctionError.of(
        "Function.ResponseSizeTooLarge",
        "Response payload size exceeded maximum allowed payload size ("
            + RuntimeApi.PAYLOAD_LIMIT_BYTES
            + " bytes).");
  }

  private byte @Nullable [] piece() throws IOException {
    byte[] piece = exchange.body().next();
    if (piece != null) {
      chunks.add(new RuntimeApi.Chunk(System.nanoTime(), piece.length));
    }
    return piece;
  }

  private void pass(byte[] bytes) {
    if (readerIsGone) {
      return;
    }
    try {
      out.write(bytes);
      out.flush();
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("The reader of a response is gone; the rest is dropped");
      readerIsGone = true;
    }
  }

  void cut() {
    exchange.cut();
  }

  List<RuntimeApi.Chunk> chunks() {
    return List.copyOf(chunks);
  }

  /// Tells the runtime that its answer has been taken, and the caller how it ended.
  ///
  /// @throws FunctionErrorException what the runtime reported
  void conclude() throws FunctionErrorException {
    try {
      if (tooLarge) {
        exchange.refuse(
            "413 Request Entity Too Large",
            "RequestEntityTooLarge",
            "Exceeded maximum allowed payload size ("
                + RuntimeApi.PAYLOAD_LIMIT_BYTES
                + " bytes).");
      } else {
        exchange.accepted();
      }
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("The runtime did not wait for the end of its answer");
    }
    if (error.isPresent()) {
      throw error.get();
    }
  }
}
