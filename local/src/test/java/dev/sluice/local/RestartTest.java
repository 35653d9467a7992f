package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What survives a stop.
@Tag(BackingServices.TAG)
final class RestartTest {

  private static final int ANSWERS = 50;

  @TempDir private Path directory;

  @Test
  void everyAnswerGivenBeforeAStopIsARowAfterIt() throws IOException {
    List<String> ids = new ArrayList<>();
    String key;
    try (TestingStack stack = TestingStack.start(directory)) {
      key = stack.apiKey();
      for (int i = 0; i < ANSWERS; i++) {
        RawHttp.Answer answer = stack.chat("demo-echo", "answer " + i, Map.of());
        ids.add(Objects.requireNonNull(answer.headers().get("x-sluice-response-id")));
      }
    }

    try (TestingStack stack = TestingStack.start(directory)) {
      assertThat(stack.apiKey()).isEqualTo(key);
      assertThat(stack.count("select count(*) from request where state = 'completed'"))
          .isEqualTo(ANSWERS);
      for (String id : ids) {
        assertThat(stack.get("/v1/responses/" + id).text()).contains("\"status\":\"completed\"");
      }
    }
  }

  @Test
  void everyAnswerGivenWithoutADatabaseIsARowAfterAStop() throws IOException {
    try (TestingStack stack = TestingStack.startToCrash(directory)) {
      // From now on the key is known without the database.
      var _ = stack.chat("demo-echo", "answer 0", Map.of());
      stack.drain();
      stack.crashDatabase();
      for (int i = 1; i < ANSWERS; i++) {
        assertThat(stack.chat("demo-echo", "answer " + i, Map.of()).status()).isEqualTo(200);
      }
    }

    try (TestingStack stack = TestingStack.startToCrash(directory)) {
      assertThat(stack.count("select count(*) from request where state = 'completed'"))
          .isEqualTo(ANSWERS);
    }
  }

  @Test
  void aCallThatAStopCutsEndsAsAFailedRow() throws IOException {
    try (TestingStack stack = TestingStack.start(directory);
        Socket client = new Socket(InetAddress.getLoopbackAddress(), stack.port())) {
      client.getOutputStream().write(longStream(stack.apiKey()));
      assertThat(client.getInputStream().read()).isEqualTo('H');
      stack.await("select count(*) = 1 from request where state = 'processing'");
    }

    try (TestingStack stack = TestingStack.start(directory)) {
      assertThat(stack.texts("select state || ' ' || failure_label from request"))
          .containsExactly("failed call_lost");
    }
  }

  private static byte[] longStream(String key) {
    String body =
        """
        {"model":"demo-slow","stream":true,"messages":[{"role":"user","content":"%s"}]}\
        """
            .formatted("word ".repeat(2_000).strip());
    return RawHttp.request(
        "POST",
        "/v1/chat/completions",
        Map.of("Authorization", "Bearer " + key, "Content-Type", "application/json"),
        body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aSecondStackInTheSameDirectoryIsRefused() {
    try (TestingStack stack = TestingStack.start(directory)) {
      assertThatThrownBy(() -> TestingStack.start(directory))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Another dev stack");
      assertThat(stack.count("select count(*) from account")).isEqualTo(2);
    }
  }

  @Test
  void secretsThatAreIncompleteAreNamedAndNotReplaced() throws IOException {
    Path file = Files.writeString(directory.resolve("secrets.json"), "{\"id_key\":\"x\"}");

    assertThatThrownBy(() -> TestingStack.start(directory))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("pepper");
    assertThat(file).hasContent("{\"id_key\":\"x\"}");
  }

  @Test
  void filesWithSecretsAreForTheirOwnerOnly() throws IOException {
    try (TestingStack stack = TestingStack.start(directory)) {
      for (String name : List.of("secrets.json", "accounts.json", "dev.json")) {
        Path file = directory.resolve(name);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(name)
            .isEqualTo("rw-------");
      }
      assertThat(Files.readString(directory.resolve("dev.json"))).contains(stack.baseUrl());
    }
  }
}
