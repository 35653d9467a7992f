package dev.sluice.emulators;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One invocation in transfer mode `BUFFERED`.
final class BufferedCall {

  private static final Logger LOG = LoggerFactory.getLogger(BufferedCall.class);

  /// The most that a function may answer (Lambda quotas, "Invocation payload").
  private static final int ANSWER_LIMIT_BYTES = 6 * 1024 * 1024;

  private final HttpExchange exchange;
  private final Integration.Buffered integration;

  BufferedCall(HttpExchange exchange, Integration.Buffered integration) {
    this.exchange = exchange;
    this.integration = integration;
  }

  /// Calls the function and ends the exchange, whatever happens.
  void run(byte[] event, LambdaContext context) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FutureTask<@Nullable Void> call =
        new FutureTask<>(() -> {
          integration.handler().handleRequest(new ByteArrayInputStream(event), out, context);
          return null;
        });
    var _ = Thread.ofVirtual().name("invocation-" + exchange.requestId()).start(call);
    try {
      var _ = call.get(integration.timeout().toNanos(), TimeUnit.NANOSECONDS);
      exchange.complete(answer(out.toByteArray()));
    } catch (ExecutionException e) {
      fail(GatewayFault.FUNCTION_FAILED, e.getCause() == null ? e : e.getCause());
    } catch (IOException e) {
      fail(GatewayFault.FUNCTION_FAILED, e);
    } catch (TimeoutException e) {
      call.cancel(true);
      fail(GatewayFault.FUNCTION_TIMEOUT, e);
    } catch (InterruptedException e) {
      call.cancel(true);
      Thread.currentThread().interrupt();
      fail(GatewayFault.CLOSING, e);
    }
  }

  private static FunctionAnswer answer(byte[] json) throws IOException {
    if (json.length > ANSWER_LIMIT_BYTES) {
      throw new IOException("The function answered " + json.length + " bytes");
    }
    return FunctionAnswer.parse(json);
  }

  private void fail(GatewayFault fault, Throwable cause) {
    LOG.atWarn()
        .addKeyValue("function", integration.functionName())
        .addKeyValue("request_id", exchange.requestId())
        .addKeyValue("fault", fault)
        .setCause(cause)
        .log("The invocation failed");
    exchange.fault(fault);
  }
}
