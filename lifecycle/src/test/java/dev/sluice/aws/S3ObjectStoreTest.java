package dev.sluice.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.completion.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// Against a stand-in that speaks the four S3 calls in use (Amazon S3 API Reference: PutObject,
/// GetObject, ListObjectsV2, DeleteObject).
final class S3ObjectStoreTest extends ObjectStoreContract {

  private final TreeMap<String, byte[]> objects = new TreeMap<>();
  private HttpServer server;
  private S3Client client;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/bucket", this::answer);
    server.start();
    client =
        S3Client.builder()
            .endpointOverride(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
            .forcePathStyle(true)
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
            .serviceConfiguration(settings -> settings.chunkedEncodingEnabled(false))
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  @Override
  ObjectStore store() {
    return new S3ObjectStore(client, "bucket");
  }

  @Test
  void aStoreThatDoesNotAnswerIsAFault() {
    server.stop(0);

    assertThatThrownBy(() -> store().get("a/b")).isInstanceOf(UncheckedIOException.class);
  }

  /// A host `bucket.localhost` would not be found everywhere.
  @Test
  void aBucketOfAnotherServerIsAPathAndNeedsNoAccount() {
    objects.put("a/b", new byte[] {1, 2});
    URI named = URI.create("http://localhost:" + server.getAddress().getPort());

    try (S3ObjectStore store = S3ObjectStore.connect("bucket", named)) {
      assertThat(store.get("a/b")).contains(new byte[] {1, 2});
    }
  }

  @Test
  void aStoreThatStaysSilentIsGivenUpInTime() {
    CountDownLatch over = new CountDownLatch(1);
    server.createContext("/silent", _ -> awaitUninterruptibly(over));
    ObjectStore silent = new S3ObjectStore(client, "silent");

    try {
      assertTimeoutPreemptively(
          Duration.ofSeconds(20),
          () ->
              assertThatThrownBy(() -> silent.put("a/b", new byte[] {1}))
                  .isInstanceOf(UncheckedIOException.class));
    } finally {
      over.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String name = exchange.getRequestURI().getPath().replaceFirst("^/bucket/?", "");
    switch (exchange.getRequestMethod()) {
      case "PUT" -> {
        objects.put(name, exchange.getRequestBody().readAllBytes());
        reply(exchange, 200, new byte[0]);
      }
      case "DELETE" -> {
        objects.remove(name);
        reply(exchange, 204, new byte[0]);
      }
      default -> {
        if (name.isEmpty()) {
          reply(exchange, 200, listing(exchange.getRequestURI().getRawQuery()));
        } else if (objects.containsKey(name)) {
          reply(exchange, 200, objects.get(name));
        } else {
          reply(
              exchange,
              404,
              "<Error><Code>NoSuchKey</Code></Error>".getBytes(StandardCharsets.UTF_8));
        }
      }
    }
  }

  private byte[] listing(String query) {
    String prefix = parameter(query, "prefix");
    String after = parameter(query, "start-after");
    int limit = Integer.parseInt(parameter(query, "max-keys"));
    StringBuilder xml = new StringBuilder("<ListBucketResult><IsTruncated>false</IsTruncated>");
    objects.keySet().stream()
        .filter(name -> name.startsWith(prefix) && name.compareTo(after) > 0)
        .limit(limit)
        .forEach(name -> xml.append("<Contents><Key>").append(name).append("</Key></Contents>"));
    return xml.append("</ListBucketResult>").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String parameter(String query, String name) {
    return Stream.of(query.split("&"))
        .filter(part -> part.startsWith(name + "="))
        .map(part -> URLDecoder.decode(part.substring(name.length() + 1), StandardCharsets.UTF_8))
        .findFirst()
        .orElse("");
  }

  private static void reply(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
