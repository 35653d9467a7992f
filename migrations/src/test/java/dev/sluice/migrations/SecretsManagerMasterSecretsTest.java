package dev.sluice.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.migrations.MasterSecrets.Login;
import dev.sluice.migrations.MasterSecrets.UnreadableException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/// Against a stand-in for `GetSecretValue` (AWS Secrets Manager API Reference).
final class SecretsManagerMasterSecretsTest {

  private final List<String> asked = new ArrayList<>();
  private HttpServer server;
  private volatile int status = 200;
  private volatile String answer = "";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    server.createContext(
        "/",
        exchange -> {
          asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("content-type", "application/x-amz-json-1.1");
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void theLoginIsReadFromWhatRdsKeeps() {
    answer =
        secret(
            "{\\\"username\\\":\\\"master\\\",\\\"more\\\":{\\\"a\\\":[1]},\\\"password\\\":\\\"p\\\"}");

    assertThat(login()).isEqualTo(new Login("master", "p"));
    assertThat(asked).singleElement().asString().contains("arn:the-secret");
    assertThat(login().toString()).isEqualTo("Login[master]");
  }

  @Test
  void whatIsNoLoginIsRefusedWithoutBeingQuoted() {
    for (String text :
        List.of("the-word", "[\\\"the-word\\\"]", "{\\\"password\\\":\\\"the-word\\\"}")) {
      answer = secret(text);

      assertThatThrownBy(this::login)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("arn:the-secret")
          .satisfies(thrown -> assertThat(texts(thrown)).doesNotContain("the-word"));
    }
  }

  /// Such as a right to read that is not known everywhere yet.
  @Test
  void aSecretThatCannotBeReadIsNamedAndMayBeReadLater() {
    status = 400;
    answer = "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}";

    assertThatThrownBy(this::login)
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("arn:the-secret");

    status = 200;
    answer = secret("{\\\"username\\\":\\\"master\\\",\\\"password\\\":\\\"p\\\"}");
    assertThat(login()).isEqualTo(new Login("master", "p"));
  }

  private Login login() {
    try (SecretsManagerClient client =
        SecretsManagerMasterSecrets.builder()
            .endpointOverride(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
            .build()) {
      return SecretsManagerMasterSecrets.login(client, "arn:the-secret");
    }
  }

  /// @param text with its quotes escaped
  private static String secret(String text) {
    return "{\"Name\":\"n\",\"SecretString\":\"" + text + "\",\"VersionId\":\"v\"}";
  }

  private static String texts(Throwable thrown) {
    StringWriter texts = new StringWriter();
    thrown.printStackTrace(new PrintWriter(texts));
    return texts.toString();
  }
}
