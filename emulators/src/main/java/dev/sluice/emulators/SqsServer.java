package dev.sluice.emulators;

import com.typesafe.config.ConfigFactory;
import java.net.InetSocketAddress;
import java.net.URI;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.scaladsl.Http;
import org.elasticmq.StrictSQSLimits$;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;

/// An SQS server of this process (ElasticMQ, strict limits, 1 MiB per message) on the loopback
/// interface. Its messages live in memory: they are gone when it is closed.
public final class SqsServer implements AutoCloseable {

  private final ActorSystem system;
  private final SQSRestServer server;
  private final URI endpoint;

  private SqsServer(ActorSystem system, SQSRestServer server, URI endpoint) {
    this.system = system;
    this.server = server;
    this.endpoint = endpoint;
  }

  /// Starts a server and returns when it answers.
  ///
  /// @param port the port to listen on, 0 for any free one
  public static SqsServer start(int port) {
    // Without hooks: while the process stops, the queue must live until it was drained.
    ActorSystem system =
        ActorSystem.create(
            "elasticmq",
            ConfigFactory.parseString(
                    """
                    pekko.jvm-shutdown-hooks = off
                    pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                    pekko.daemonic = on
                    """)
                .withFallback(ConfigFactory.load()));
    var builder =
        SQSRestServerBuilder.withActorSystem(system)
            .withInterface("127.0.0.1")
            .withSQSLimits(StrictSQSLimits$.MODULE$)
            .withAWSRegion(LambdaContext.REGION)
            .withAWSAccountId(LambdaContext.ACCOUNT);
    SQSRestServer server = (port == 0 ? builder.withDynamicPort() : builder.withPort(port)).start();
    Http.ServerBinding binding = server.waitUntilStarted();
    InetSocketAddress address = binding.localAddress();
    return new SqsServer(system, server, URI.create("http://127.0.0.1:" + address.getPort()));
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
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
