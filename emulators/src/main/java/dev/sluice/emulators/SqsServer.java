package dev.sluice.emulators;

import java.net.InetSocketAddress;
import java.net.URI;
import org.apache.pekko.http.scaladsl.Http;
import org.elasticmq.StrictSQSLimits$;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;

/// An SQS server of this process (ElasticMQ, strict limits, 1 MiB per message) on the loopback
/// interface. Its messages live in memory: they are gone when it is closed.
public final class SqsServer implements AutoCloseable {

  private final SQSRestServer server;
  private final URI endpoint;

  private SqsServer(SQSRestServer server, URI endpoint) {
    this.server = server;
    this.endpoint = endpoint;
  }

  /// Starts a server and returns when it answers.
  ///
  /// @param port the port to listen on, 0 for any free one
  public static SqsServer start(int port) {
    var builder =
        SQSRestServerBuilder.withInterface("127.0.0.1")
            .withSQSLimits(StrictSQSLimits$.MODULE$)
            .withAWSRegion(LambdaContext.REGION)
            .withAWSAccountId(LambdaContext.ACCOUNT);
    SQSRestServer server = (port == 0 ? builder.withDynamicPort() : builder.withPort(port)).start();
    Http.ServerBinding binding = server.waitUntilStarted();
    InetSocketAddress address = binding.localAddress();
    return new SqsServer(server, URI.create("http://127.0.0.1:" + address.getPort()));
  }

  public static SqsServer start() {
    return start(0);
  }

  public URI endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    var _ = server.stopAndWait();
  }
}
