package dev.sluice.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.gateway.testing.TestingDeployment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class ApiFunctionTest {

  /// What Lambda gives every function.
  @BeforeAll
  static void setRegionAndCredentials() {
    System.setProperty("aws.region", "eu-central-1");
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
  }

  @Test
  void theFunctionStartsWithAllItsPartsAndTouchesNoDatabase() throws IOException {
    try (ServerSocket database = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        ApiFunction function = new ApiFunction(properties(database.getLocalPort()))) {
      ApiClient client = new ApiClient(function, "");

      ApiClient.Answer health = client.get("/healthz");

      assertThat(health.status()).isEqualTo(200);
      assertThat(health.body()).isEqualTo("{\"status\":\"ok\"}");
      for (Class<?> part :
          new Class<?>[] {
            ModelsController.class,
            ResponsesController.class,
            AdminController.class,
            HealthController.class,
            IdentityFilter.class
          }) {
        assertThat(function.getApplicationContext().getBean(part)).isNotNull();
      }
      database.setSoTimeout(200);
      assertThatThrownBy(database::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void withoutADatabaseItIsHealthyButNotReady() throws IOException {
    int closedPort;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closedPort = socket.getLocalPort();
    }
    try (ApiFunction function = new ApiFunction(properties(closedPort))) {
      ApiClient client = new ApiClient(function, "");

      assertThat(client.get("/healthz").status()).isEqualTo(200);
      ApiClient.Answer ready = client.get("/readyz");
      assertThat(ready.status()).isEqualTo(503);
      assertThat(ready.code()).isEqualTo("overloaded");
      assertThat(ready.headers()).containsEntry("retry-after", "1");
      assertThat(ready.error().text("message").orElseThrow()).contains("database", "queue");
    }
  }

  private static Map<String, Object> properties(int databasePort) {
    Map<String, Object> properties =
        new HashMap<>(
            TestingDeployment.settings("jdbc:postgresql://127.0.0.1:" + databasePort + "/sluice"));
    properties.put("sluice.queue.url", "http://127.0.0.1:1/queue/completions");
    properties.put("sluice.queue.endpoint", "http://127.0.0.1:1");
    return properties;
  }
}
