package dev.sluice.gateway.runtime;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.request.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves one invocation after the other. Nothing of one is there for the next.
final class RuntimeLoop {

  private static final Logger LOG = LoggerFactory.getLogger(RuntimeLoop.class);

  private final RuntimeClient client;
  private final FunctionEnvironment environment;
  private final RequestStreamHandler handler;
  private final InstantSource clock;

  /// @param clock the one that Lambda writes deadlines by: the wall clock
  RuntimeLoop(
      RuntimeClient client,
      FunctionEnvironment environment,
      RequestStreamHandler handler,
      InstantSource clock) {
    this.client = client;
    this.environment = environment;
    this.handler = handler;
    this.clock = clock;
  }

  /// Serves until there is nobody to work for, or an [Error] says that this process is unfit: it is
  /// reported and thrown on.
  ///
  /// @throws RuntimeApiGoneException always, at the end
  void serve() throws RuntimeApiGoneException {
    while (true) {
      serve(client.next());
    }
  }

  private void serve(RuntimeEvent event) {
    Deadline deadline =
        Deadline.in(Duration.ofMillis(event.deadlineMillis()).minusMillis(clock.millis()));
    ResponseStream answer = client.respond(event, deadline);
    try {
      handler.handleRequest(
          event.open(), answer, new InvocationContext(event, environment, deadline));
      answer.complete();
    } catch (IOException | RuntimeException e) {
      fail(event, answer, e);
    } catch (Error e) {
      fail(event, answer, e);
      throw e;
    }
  }

  /// Tells Lambda in the one way that is left: as an answer, behind an answer, or not at all.
  private void fail(RuntimeEvent event, ResponseStream answer, Throwable thrown) {
    IOException broken = answer.broken();
    if (broken != null) {
      LOG.atWarn()
          .addKeyValue("request_id", event.requestId())
          .setCause(broken)
          .log("The answer did not reach the Runtime API");
      return;
    }
    LOG.atError()
        .addKeyValue("request_id", event.requestId())
        .setCause(thrown)
        .log("An invocation failed");
    RuntimeError error = RuntimeError.ofInvocation(thrown);
    if (!answer.isBegun()) {
      client.invocationError(event, error);
      return;
    }
    try {
      answer.fail(error);
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("request_id", event.requestId())
          .setCause(e)
          .log("The error behind an answer did not reach the Runtime API");
    }
  }
}
