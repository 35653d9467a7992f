package dev.sluice.gateway.runtime;

import dev.sluice.gateway.runtime.RuntimeConnection.Answer;
import dev.sluice.request.Deadline;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Lambda Runtime API 2018-06-01, seen from a runtime. For use by one thread.
///
/// The connection that asked for an invocation is kept for the next question; each streamed answer
/// has one of its own, which ends with it, as AWS asks of streaming runtimes ("Building a custom
/// runtime", response streaming).
final class RuntimeClient implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RuntimeClient.class);

  /// AWS, "Using the Lambda runtime API": an invocation may be long in coming.
  private static final Duration NO_LIMIT = Duration.ZERO;

  private static final Duration REPORT_LIMIT = Duration.ofSeconds(5);

  /// Connections in a row that end while nothing but the next invocation is asked for.
  private static final int MAX_LOST = 3;

  private final InetSocketAddress address;
  private final String host;
  private @Nullable RuntimeConnection kept;

  /// @param hostAndPort the value of `AWS_LAMBDA_RUNTIME_API`
  RuntimeClient(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("Not a host and port: " + hostAndPort);
    }
    host = hostAndPort;
    address =
        new InetSocketAddress(
            hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
  }

  /// Waits for the next invocation.
  ///
  /// @throws RuntimeApiGoneException when there is no Runtime API any more, or it has no use for us
  RuntimeEvent next() throws RuntimeApiGoneException {
    for (int lost = 1; ; lost++) {
      try {
        Answer answer = ask("invocation/next");
        if (answer.status() != 200) {
          throw new RuntimeApiGoneException("The next invocation was refused: " + answer.status());
        }
        return RuntimeEvent.of(answer);
      } catch (ConnectException e) {
        throw new RuntimeApiGoneException("Nobody answers at " + host, e);
      } catch (IOException e) {
        // Asking again is safe: an event that was on its way is not ours before it is here.
        forget();
        if (lost > MAX_LOST) {
          throw new RuntimeApiGoneException("The connection ended " + lost + " times", e);
        }
        LOG.atDebug().setCause(e).log("Asking for the next invocation over a new connection");
      }
    }
  }

  /// Says that the snapshot may be taken, and returns in a copy that was restored from it. The
  /// connection is from before the snapshot and is closed.
  ///
  /// @throws RuntimeApiGoneException when it cannot be asked
  void awaitRestore() throws RuntimeApiGoneException {
    try {
      Answer answer = ask("restore/next");
      if (answer.status() != 200) {
        throw new RuntimeApiGoneException("The restore was refused: " + answer.status());
      }
    } catch (IOException e) {
      throw new RuntimeApiGoneException("The restore could not be waited for", e);
    } finally {
      forget();
    }
  }

  private Answer ask(String resource) throws IOException {
    RuntimeConnection connection = connection();
    byte[] request = head("GET", resource, "");
    connection.write(request, 0, request.length);
    return done(connection.read(NO_LIMIT));
  }

  private Answer done(Answer answer) {
    if (!answer.keepsConnection()) {
      forget();
    }
    return answer;
  }

  private RuntimeConnection connection() throws IOException {
    RuntimeConnection connection = kept;
    if (connection == null) {
      connection = new RuntimeConnection(address);
      kept = connection;
    }
    return connection;
  }

  private void forget() {
    RuntimeConnection connection = kept;
    if (connection != null) {
      connection.close();
      kept = null;
    }
  }

  /// The answer to an invocation; nothing is sent before its first byte.
  ///
  /// @param deadline of the invocation
  ResponseStream respond(RuntimeEvent event, Deadline deadline) {
    String head =
        "Content-Type: application/vnd.awslambda.http-integration-response\r\n"
            + "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
            + "Transfer-Encoding: chunked\r\n"
            + "Trailer: "
            + RuntimeError.TYPE
            + ", "
            + RuntimeError.BODY
            + "\r\n";
    return new ResponseStream(
        () -> new RuntimeConnection(address),
        head("POST", "invocation/" + event.requestId() + "/response", head),
        deadline);
  }

  /// Reports that an invocation failed before it answered anything.
  void invocationError(RuntimeEvent event, RuntimeError error) {
    report("invocation/" + event.requestId() + "/error", error);
  }

  void initError(RuntimeError error) {
    report("init/error", error);
  }

  void restoreError(RuntimeError error) {
    report("restore/error", error);
  }

  /// A report that does not arrive is in the log only: whoever asked is told by Lambda that the
  /// function did not answer.
  private void report(String resource, RuntimeError error) {
    byte[] body = error.json();
    byte[] head =
        head(
            "POST",
            resource,
            "Content-Type: application/vnd.aws.lambda.error+json\r\n"
                + RuntimeError.TYPE
                + ": "
                + error.type()
                + "\r\nContent-Length: "
                + body.length
                + "\r\n");
    forget(); // It may have been closed meanwhile, and a report is sent once.
    try {
      RuntimeConnection connection = connection();
      connection.write(head, 0, head.length);
      connection.write(body, 0, body.length);
      Answer answer = done(connection.read(REPORT_LIMIT));
      if (answer.status() != 202) {
        LOG.atWarn().addKeyValue("status", answer.status()).log("An error report was refused");
      }
    } catch (IOException e) {
      forget();
      LOG.atWarn().setCause(e).log("An error could not be reported");
    }
  }

  private byte[] head(String method, String resource, String headers) {
    return (method
            + " /2018-06-01/runtime/"
            + resource
            + " HTTP/1.1\r\nHost: "
            + host
            + "\r\nUser-Agent: sluice\r\n"
            + headers
            + "\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    forget();
  }
}
