package dev.sluice.emulators;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One invocation in transfer mode `STREAM`, and the stream that its function writes to.
///
/// The function's bytes are a JSON prelude, eight NUL bytes, and the body. Each write of the body
/// is sent to the client before it returns. A write throws an [IOException] when the client is
/// found gone or the invocation has been given up; because of TCP's nature the first write after a
/// client closed its connection in good order may still succeed.
final class StreamedCall extends OutputStream {

  private static final Duration LAST_WORDS = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(StreamedCall.class);
  private static final int DELIMITER_BYTES = 8;

  /// API Gateway looks for the delimiter in so many bytes (guide, "Response streaming").
  private static final int PRELUDE_LIMIT_BYTES = 16 * 1024;

  private enum State {
    PRELUDE,
    BODY,
    ABANDONED
  }

  private final HttpExchange exchange;
  private final Integration.Streamed integration;
  private final ByteArrayOutputStream prelude = new ByteArrayOutputStream();
  private final AtomicReference<State> state = new AtomicReference<>(State.PRELUDE);
  private volatile long lastProgress = System.nanoTime();
  private int zeros;

  StreamedCall(HttpExchange exchange, Integration.Streamed integration) {
    this.exchange = exchange;
    this.integration = integration;
  }

  /// Calls the function and ends the exchange, whatever happens.
  void run(byte[] event, LambdaContext context) {
    FutureTask<@Nullable Void> call =
        new FutureTask<>(() -> {
          integration.handler().handleRequest(new ByteArrayInputStream(event), this, context);
          return null;
        });
    long start = System.nanoTime();
    Thread invocation = Thread.ofVirtual().name("invocation-" + exchange.requestId()).start(call);
    try {
      await(call, start);
      finish();
    } catch (ExecutionException e) {
      fail(GatewayFault.FUNCTION_FAILED, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      call.cancel(true);
      fail(GatewayFault.FUNCTION_TIMEOUT, e);
    } catch (InterruptedException e) {
      call.cancel(true);
      fail(GatewayFault.CLOSING, e);
      awaitEnd(invocation);
      Thread.currentThread().interrupt();
    }
  }

  /// Lets a function that was interrupted record its end.
  private static void awaitEnd(Thread invocation) {
    try {
      if (!invocation.join(LAST_WORDS)) {
        LOG.atWarn().log("An interrupted function did not end");
      }
    } catch (InterruptedException _) {
      LOG.atWarn().log("Interrupted again while a function ended; it is left alone");
    }
  }

  private void await(FutureTask<@Nullable Void> call, long start)
      throws ExecutionException, InterruptedException, TimeoutException {
    while (true) {
      long now = System.nanoTime();
      long left = integration.timeout().toNanos() - (now - start);
      long quiet = integration.idle().toNanos() - (now - lastProgress);
      if (left <= 0 || quiet <= 0) {
        throw new TimeoutException(left <= 0 ? "The function took too long" : "Idle for too long");
      }
      try {
        var _ = call.get(Math.min(left, quiet), TimeUnit.NANOSECONDS);
        return;
      } catch (TimeoutException e) {
        LOG.atTrace().setCause(e).log("Looking at the limits again: bytes may have gone meanwhile");
      }
    }
  }

  private void finish() {
    if (state.getAndSet(State.ABANDONED) == State.PRELUDE) {
      log(GatewayFault.FUNCTION_FAILED, new IOException("The function wrote no prelude"));
      exchange.fault(GatewayFault.FUNCTION_FAILED);
    } else {
      exchange.finish();
    }
  }

  private void fail(GatewayFault fault, Throwable cause) {
    log(fault, cause);
    if (state.getAndSet(State.ABANDONED) == State.PRELUDE) {
      exchange.fault(fault);
    } else {
      exchange.cut(cause);
    }
  }

  private void log(GatewayFault fault, Throwable cause) {
    LOG.atWarn()
        .addKeyValue("function", integration.functionName())
        .addKeyValue("request_id", exchange.requestId())
        .addKeyValue("fault", fault)
        .setCause(cause)
        .log("The invocation failed");
  }

  @Override
  public void write(int single) throws IOException {
    write(new byte[] {(byte) single}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    switch (state.get()) {
      case PRELUDE -> writePrelude(bytes, offset, length);
      case BODY -> send(bytes, offset, length);
      case ABANDONED -> throw new IOException("The invocation was given up");
    }
    lastProgress = System.nanoTime();
  }

  private void send(byte[] bytes, int offset, int length) throws IOException {
    if (length > 0) {
      exchange.send(ByteBuffer.wrap(bytes, offset, length));
    }
  }

  private void writePrelude(byte[] bytes, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      zeros = bytes[i] == 0 ? zeros + 1 : 0;
      prelude.write(bytes[i]);
      if (zeros == DELIMITER_BYTES) {
        startBody();
        send(bytes, i + 1, offset + length - i - 1);
        return;
      }
    }
    if (prelude.size() > PRELUDE_LIMIT_BYTES) {
      throw new IOException("No delimiter in the first " + PRELUDE_LIMIT_BYTES + " bytes");
    }
  }

  private void startBody() throws IOException {
    byte[] json = new byte[prelude.size() - DELIMITER_BYTES];
    System.arraycopy(prelude.toByteArray(), 0, json, 0, json.length);
    FunctionAnswer answer = FunctionAnswer.parse(json);
    if (!state.compareAndSet(State.PRELUDE, State.BODY)) {
      throw new IOException("The invocation was given up");
    }
    exchange.streamHead(answer);
    // The client sees status and headers now, not only when the first bytes of the body come.
    exchange.send(ByteBuffer.allocate(0));
  }
}
