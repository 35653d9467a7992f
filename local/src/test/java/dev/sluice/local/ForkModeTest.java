package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The product with each function in processes of its own: the same answers, and any process may be
/// killed while it is used.
final class ForkModeTest {

  private static final int MAX = 2;

  @TempDir private static Path directory;
  private static TestingStack stack;

  @BeforeAll
  static void start() {
    stack = TestingStack.start(DevSettings.forTests(directory).forked(MAX));
  }

  @AfterAll
  static void aCleanStopLeavesNoProcess() {
    List<Long> pids = new ArrayList<>();
    processes().members().keySet().forEach(function -> pids.addAll(pids(function)));
    stack.close();
    assertThat(pids).isNotEmpty().noneMatch(pid -> ProcessHandle.of(pid).isPresent());
    assertThat(processes().members().values()).allMatch(JsonValue.JsonArray.EMPTY::equals);
  }

  @Test
  void answersAreThoseOfTheStackInOneProcess() throws IOException {
    RawHttp.Answer whole = stack.chat("demo-echo", "Hello, Sluice!", Map.of());
    RawHttp.Answer streamed = stack.post("/v1/chat/completions", streamed("demo-echo", "Hello!"));

    assertThat(whole.status()).isEqualTo(200);
    assertThat(json(whole).text("object")).contains("chat.completion");
    assertThat(whole.text()).contains("\"content\":\"Hello, Sluice!\"");
    assertThat(streamed.headers().get("content-type")).startsWith("text/event-stream");
    assertThat(streamed.text()).startsWith("data: {\"id\":\"resp_").endsWith("data: [DONE]\n\n");
    for (RawHttp.Answer answer : List.of(whole, streamed)) {
      RawHttp.Answer read = stack.get("/v1/responses/" + id(answer));
      assertThat(json(read).text("status")).as(read.text()).contains("completed");
    }
    assertThat(stack.get("/v1/models").text()).contains("demo-tools");
    assertThat(stack.get("/v1/nothing").status()).isEqualTo(404);
    assertThat(stack.chat("no-such-model", "x", Map.of()).status()).isEqualTo(404);
  }

  @Test
  void callsBeyondTheMaximumWaitAndSucceed() throws Exception {
    List<FutureTask<RawHttp.Answer>> calls = new ArrayList<>();
    for (int i = 0; i < 4 * MAX; i++) {
      String prompt = "call " + i;
      FutureTask<RawHttp.Answer> call =
          new FutureTask<>(() -> stack.chat("demo-echo", prompt, Map.of()));
      calls.add(call);
      var _ = Thread.ofVirtual().start(call);
    }

    for (int i = 0; i < calls.size(); i++) {
      RawHttp.Answer answer = calls.get(i).get(60, TimeUnit.SECONDS);
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(answer.text()).contains("call " + i);
    }
    assertThat(pids(Functions.INFERENCE)).hasSizeBetween(1, MAX);
  }

  @Test
  void aKilledGatewayCutsItsClientAndIsReplaced() throws IOException {
    stack.chat("demo-echo", "warm", Map.of());
    List<Long> before = pids(Functions.INFERENCE);

    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), stack.port())) {
      client.setSoTimeout(20_000);
      client
          .getOutputStream()
          .write(request("/v1/chat/completions", streamed("demo-slow", "word ".repeat(500))));
      InputStream answer = client.getInputStream();
      readTo(answer, "data: ");
      before.forEach(ForkModeTest::kill);

      assertThat(rest(answer)).doesNotContain("[DONE]").doesNotEndWith("0\r\n\r\n");
    }

    stack.await(() -> replaced(Functions.INFERENCE, before));
    assertThat(stack.chat("demo-echo", "after", Map.of()).status()).isEqualTo(200);
  }

  @Test
  void aKilledApiFunctionIsReplaced() throws IOException {
    List<Long> before = pids(Functions.API);

    before.forEach(ForkModeTest::kill);

    stack.await(() -> replaced(Functions.API, before));
    assertThat(stack.get("/v1/models").status()).isEqualTo(200);
  }

  @Test
  void aKilledCompletionFunctionLosesNoRecord() throws IOException {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ids.add(id(stack.chat("demo-echo", "record " + i, Map.of())));
      if (i % 5 == 0) {
        pids(Functions.COMPLETION).forEach(ForkModeTest::kill);
      }
    }

    for (String id : ids) {
      stack.await(
          "select count(*) = 1 from request where state = 'completed' and id = '"
              + id.substring("resp_".length())
              + "'");
    }
  }

  @Test
  void whatNoEventCanCarryIsRefusedBeforeAFunctionIsCalled() throws IOException {
    String body = streamed("demo-echo", "x".repeat(6 * 1024 * 1024));

    RawHttp.Answer answer = stack.post("/v1/chat/completions", body);

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.text()).contains("request_too_large");
  }

  @Test
  void figuresAndLogsOfTheFunctionsAreNotLost() throws IOException {
    stack.chat("demo-echo", "count me", Map.of());
    stack.drain();

    stack.await(() ->
        figures().contains("sluice_gateway_requests_count{endpoint=\"chat\",status=\"200\"}")
            && figures().contains("sluice_completion_records_stored"));
    for (String function :
        List.of(Functions.INFERENCE, Functions.API, Functions.COMPLETION, Functions.DAEMON)) {
      Path log = directory.resolve("logs").resolve(function + ".log");
      assertThat(Files.readString(log)).contains("\"level\":\"INFO\"").doesNotContain("\"_aws\"");
    }
  }

  @Test
  void theBannerSaysWhereTheProcessesAndTheirLogsAre() {
    DevSettings settings = DevSettings.forTests(Path.of("/data"));

    assertThat(DevConsole.banner(stack.stack(), settings.forked(3), Duration.ofSeconds(1)))
        .contains("up to 3 processes", "dev.json", "/data/logs.");
    assertThat(DevConsole.banner(stack.stack(), settings, Duration.ofSeconds(1)))
        .doesNotContain("processes");
  }

  private static String figures() {
    try {
      return stack.get("/metrics").text();
    } catch (IOException e) {
      throw new AssertionError("No figures", e);
    }
  }

  private static JsonObject processes() {
    try {
      return Json.objectOrEmpty(Files.readAllBytes(directory.resolve("dev.json")))
          .object("processes")
          .orElseThrow();
    } catch (IOException e) {
      throw new AssertionError("No dev.json", e);
    }
  }

  private static List<Long> pids(String function) {
    return processes().items(function).stream().map(pid -> pid.asLong().orElseThrow()).toList();
  }

  private static boolean replaced(String function, List<Long> before) {
    List<Long> now = pids(function);
    return !now.isEmpty() && before.stream().noneMatch(now::contains);
  }

  private static void kill(long pid) {
    var _ = ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly);
  }

  private static String streamed(String model, String prompt) {
    return """
    {"model":"%s","stream":true,"messages":[{"role":"user","content":"%s"}]}\
    """
        .formatted(model, prompt);
  }

  private static byte[] request(String target, String body) {
    return RawHttp.request(
        "POST",
        target,
        Map.of("Authorization", "Bearer " + stack.apiKey(), "Content-Type", "application/json"),
        body.getBytes(StandardCharsets.UTF_8));
  }

  private static void readTo(InputStream in, String wanted) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(wanted) < 0) {
      int next = in.read();
      assertThat(next).as(read.toString()).isNotNegative();
      read.append((char) next);
    }
  }

  /// What still comes until the connection ends, well or not.
  private static String rest(InputStream in) {
    StringBuilder read = new StringBuilder();
    try {
      for (int next = in.read(); next >= 0; next = in.read()) {
        read.append((char) next);
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("The connection was not cut", e);
    } catch (IOException _) {
      return read.toString(); // A reset is as good as an end.
    }
    return read.toString();
  }

  private static String id(RawHttp.Answer answer) {
    return Objects.requireNonNull(answer.headers().get("x-sluice-response-id"), answer.text());
  }

  private static JsonObject json(RawHttp.Answer answer) {
    return Json.objectOrEmpty(answer.body());
  }
}
