package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.sluice.emulators.PostgresServer;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How the processes of functions end with the dev stack that started them, which runs in a process
/// of its own here.
final class ForkModeEndTest {

  private static final int FUNCTIONS = 4;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir private Path directory;
  private Process console;
  private BufferedReader output;

  @BeforeEach
  void start() throws IOException {
    List<String> words =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-Dlogback.configurationFile=dev-logback.xml",
            "-Dpekko.jvm-shutdown-hooks=off",
            "-classpath",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            DevConsole.class.getName(),
            directory.toString());
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder
        .environment()
        .putAll(Map.of("SLUICE_FORK", "1", "SLUICE_FORK_MAX", "1", "SLUICE_PORT", "0"));
    builder.environment().put("SLUICE_DATA_DIR", "data");
    console = builder.start();
    output = console.inputReader(StandardCharsets.UTF_8);
    readOutput("Sluice is up");
    assertThat(pids()).hasSize(FUNCTIONS);
  }

  @AfterEach
  void stop() throws InterruptedException, IOException {
    assertThat(console.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();
    output.close();
    // What a killed stack left behind goes with whoever starts on its data.
    PostgresServer.start(directory.resolve("data").resolve("postgres"), 0).close();
  }

  @Test
  void theyEndWhenTheStackIsKilled() throws Exception {
    List<ProcessHandle> functions = functions();
    assertThat(functions).hasSize(FUNCTIONS);

    console.destroyForcibly();

    for (ProcessHandle function : functions) {
      assertThat(function.onExit().get(30, TimeUnit.SECONDS).isAlive()).isFalse();
    }
  }

  @Test
  void anInterruptOfTheTerminalLetsCallsEndFirst() throws Exception {
    List<ProcessHandle> functions = functions();

    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port())) {
      client.setSoTimeout(30_000);
      client.getOutputStream().write(slowStream());
      InputStream answer = client.getInputStream();
      assertThat(answer.read()).isEqualTo('H');

      interrupt(functions);

      assertThat(new String(answer.readAllBytes(), StandardCharsets.UTF_8)).contains("[DONE]");
    }
    readOutput("records into PostgreSQL.");
    assertThat(console.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(functions).noneMatch(ProcessHandle::isAlive);
  }

  /// As a terminal does: everybody gets the signal. But the stack gets another one that means the
  /// same to it, because a build in the background of a shell hands on that interrupts are ignored.
  private void interrupt(List<ProcessHandle> functions) throws Exception {
    List<String> words = new ArrayList<>(List.of("kill", "-INT"));
    functions.forEach(function -> words.add(String.valueOf(function.pid())));
    assertThat(new ProcessBuilder(words).start().waitFor()).isZero();
    assertThat(console.toHandle().destroy()).isTrue();
  }

  private void readOutput(String wanted) {
    assertTimeoutPreemptively(LIMIT, () -> readUntil(wanted));
  }

  private void readUntil(String wanted) throws IOException {
    StringBuilder read = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      read.append(line).append('\n');
      if (line.contains(wanted)) {
        return;
      }
    }
    throw new AssertionError("The stack did not say '" + wanted + "':\n" + read);
  }

  private JsonObject description() throws IOException {
    return Json.objectOrEmpty(Files.readAllBytes(directory.resolve("data").resolve("dev.json")));
  }

  private int port() throws IOException {
    return URI.create(description().text("base_url").orElseThrow()).getPort();
  }

  private List<Long> pids() throws IOException {
    return description().object("processes").orElseThrow().members().values().stream()
        .flatMap(function -> ((JsonArray) function).items().stream())
        .map(pid -> pid.asLong().orElseThrow())
        .toList();
  }

  private List<ProcessHandle> functions() throws IOException {
    return pids().stream().map(pid -> ProcessHandle.of(pid).orElseThrow()).toList();
  }

  private byte[] slowStream() throws IOException {
    String key = description().text("api_key").orElseThrow();
    String body =
        """
        {"model":"demo-slow","stream":true,"messages":[{"role":"user","content":"%s"}]}\
        """
            .formatted("word ".repeat(20).strip());
    return RawHttp.request(
        "POST",
        "/v1/chat/completions",
        Map.of("Authorization", "Bearer " + key, "Content-Type", "application/json"),
        body.getBytes(StandardCharsets.UTF_8));
  }
}
