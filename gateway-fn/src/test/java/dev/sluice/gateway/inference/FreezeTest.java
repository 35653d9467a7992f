package dev.sluice.gateway.inference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import dev.sluice.completion.ObjectStore;
import dev.sluice.emulators.Signal;
import dev.sluice.emulators.TcpProxy;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.emulators.UpstreamRequest;
import dev.sluice.gateway.auth.Authenticator;
import dev.sluice.gateway.testing.TestingDeployment;
import dev.sluice.gateway.testing.TestingDeployment.TestingTenant;
import dev.sluice.gateway.testing.TestingLambdaContext;
import dev.sluice.gateway.testing.TestingServers;
import dev.sluice.sandbox.SandboxLife;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import io.micronaut.context.ApplicationContext;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One instance of the inference function over pauses in which servers end its connections, and
/// with servers that fall silent.
final class FreezeTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir private Path directory;
  private final AtomicReference<Function<UpstreamRequest, UpstreamAnswer>> script =
      new AtomicReference<>(FreezeTest::answer);
  private TestingServers servers;
  private ApplicationContext context;
  private InferenceFunction function;
  private TestingTenant tenant;

  @BeforeEach
  void start() {
    servers = new TestingServers(request -> script.get().apply(request));
    context =
        ApplicationContext.builder()
            .deduceEnvironment(false)
            .properties(servers.properties())
            .start();
    function = new InferenceFunction(context);
    tenant = TestingDeployment.newTenant(context, null);
    context.getBean(SandboxLife.class).endOfInvocation();
  }

  @AfterEach
  void stop() {
    function.close();
    servers.close();
  }

  private static UpstreamAnswer answer(UpstreamRequest request) {
    return request.text().contains("\"stream\":true")
        ? UpstreamAnswer.events(
            List.of(
                "{\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}",
                "[DONE]"))
        : UpstreamAnswer.json(
            200, "{\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theInvocationAfterAPauseSucceedsAtItsFirstTry(boolean stream) throws IOException {
    for (int i = 1; i <= 3; i++) {
      assertThat(chat(stream)).startsWith("{\"statusCode\":200").contains("\"content\":\"hi\"");

      servers.awaitNoSession();
      servers.endConnections();
      // Keys are remembered for a while; a pause in which one gets old is the harder case.
      context.getBean(Authenticator.class).forget();

      assertThat(servers.model.requests()).as("one upstream attempt for each call").hasSize(i);
    }
    assertThat(servers.records(6)).as("each record sent once").doesNotHaveDuplicates();
  }

  @Test
  void noConnectionToAModelServerAndNoThreadOutlivesTheInvocation() throws Exception {
    for (boolean stream : new boolean[] {true, false}) {
      assertThat(chat(stream)).startsWith("{\"statusCode\":200");

      assertThat(ownFrames()).isEmpty();
    }
    assertThat(servers.model.acceptedConnections()).isEqualTo(2);
  }

  @Test
  void noSessionIsHeldWhileTheModelServerWorks() throws Exception {
    Signal arrived = new Signal();
    Signal goOn = new Signal();
    script.set(request -> {
      UpstreamAnswer answer = UpstreamAnswer.empty().fire(arrived).await(goOn);
      for (var action : answer(request).actions()) {
        answer = answer.then(action);
      }
      return answer;
    });
    FutureTask<String> call = inBackground(() -> chat(true));
    arrived.await(LIMIT);

    servers.awaitNoSession();

    goOn.fire();
    assertThat(call.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).contains("[DONE]");
  }

  @Test
  void aDatabaseThatIsSilentlyGoneIsA503InTimeAndServesTheNextInvocation() throws IOException {
    TestingServers.fallSilent(servers.database);

    assertEnds(Duration.ofSeconds(4), () -> chat(true), 503);
    assertThat(servers.model.requests()).isEmpty();

    servers.database.resume();
    assertThat(chat(true)).startsWith("{\"statusCode\":200");
  }

  @Test
  void aDatabaseThatFallsSilentInTheMiddleIsA503InTime() throws Exception {
    long before = System.nanoTime();
    FutureTask<String> call =
        servers.whileItWaitsFor(
            "api_key", () -> chat(true), () -> TestingServers.fallSilent(servers.database));

    assertThat(call.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).startsWith("{\"statusCode\":503");

    assertThat(since(before)).isLessThan(Duration.ofSeconds(6));
    servers.database.resume();
    assertThat(chat(true)).startsWith("{\"statusCode\":200");
  }

  @Test
  void aQueueThatIsSilentlyGoneIsA503InTimeAndServesTheNextInvocation() throws IOException {
    assertThat(chat(true)).startsWith("{\"statusCode\":200");
    TestingServers.fallSilent(servers.queue);

    String answer = assertEnds(Duration.ofSeconds(5), () -> chat(true), 503);

    assertThat(answer).doesNotContain("hi\"");
    servers.queue.cut(); // What was stuck in the proxy is lost, as it would be.
    servers.queue.resume();
    assertThat(chat(true)).startsWith("{\"statusCode\":200").contains("[DONE]");
  }

  @Test
  void aQueueThatFallsSilentBeforeTheEndCostsASpillAndNoAnswer() throws IOException {
    // The model server waits for the start to be recorded, and then the queue is gone.
    Signal stored = new Signal();
    script.set(request -> {
      var _ = servers.records(1);
      TestingServers.fallSilent(servers.queue);
      stored.fire();
      return answer(request);
    });

    String answer = chat(false);

    assertThat(stored.fired()).isTrue();
    assertThat(answer).startsWith("{\"statusCode\":200").contains("\"content\":\"hi\"");
    assertThat(context.getBean(ObjectStore.class).list("spill/", 10)).hasSize(1);
  }

  @Test
  void aModelServerThatFallsSilentInMidStreamIsAnErrorAndAFailedRecord() throws IOException {
    script.set(request ->
        UpstreamAnswer.eventStream()
            .event("{\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}")
            .hang());
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    long before = System.nanoTime();

    invoke(
        true,
        new OutputStream() {
          @Override
          public void write(int b) {
            seen.write(b);
          }

          @Override
          public void flush() {
            if (seen.toString(UTF_8).contains("\"content\":\"hi\"")) {
              TestingServers.fallSilent(servers.upstream);
            }
          }
        });

    assertThat(since(before)).isLessThan(Duration.ofSeconds(4));
    assertThat(seen.toString(UTF_8)).contains("\"error\":{", "upstream_timeout");
    assertThat(servers.records(2)).anyMatch(record -> record.contains("\"outcome\":\"failed\""));
    assertServesAgain(servers.upstream);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aModelServerThatIsSilentlyGoneIsA504InTime(boolean stream) throws IOException {
    TestingServers.fallSilent(servers.upstream);

    assertEnds(Duration.ofSeconds(5), () -> chat(stream), 504);

    assertThat(servers.records(2)).anyMatch(record -> record.contains("\"outcome\":\"failed\""));
    assertServesAgain(servers.upstream);
  }

  private void assertServesAgain(TcpProxy proxy) throws IOException {
    proxy.resume();
    script.set(FreezeTest::answer);
    assertThat(chat(true)).startsWith("{\"statusCode\":200").contains("[DONE]");
  }

  private static String assertEnds(Duration bound, Callable<String> call, int status) {
    long before = System.nanoTime();
    try {
      String answer = call.call();
      assertThat(answer).startsWith("{\"statusCode\":" + status).contains("\"error\"");
      assertThat(since(before)).isLessThan(bound);
      return answer;
    } catch (Exception e) {
      throw new IllegalStateException("The invocation failed", e);
    }
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  private String chat(boolean stream) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    invoke(stream, out);
    return out.toString(UTF_8);
  }

  private void invoke(boolean stream, OutputStream out) throws IOException {
    String body =
        "{\"model\":\"demo\",\"stream\":"
            + stream
            + ",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
    String event =
        "{\"httpMethod\":\"POST\",\"path\":\"/v1/chat/completions\",\"headers\":{\"Authorization\":"
            + "\"Bearer "
            + tenant.key()
            + "\",\"Content-Type\":\"application/json\"},\"body\":"
            + new String(Json.write(JsonValue.of(body)), UTF_8)
            + ",\"isBase64Encoded\":false}";
    function.handleRequest(
        new ByteArrayInputStream(event.getBytes(UTF_8)),
        out,
        TestingLambdaContext.starting(Duration.ofSeconds(60)));
  }

  private static FutureTask<String> inBackground(Callable<String> work) {
    FutureTask<String> task = new FutureTask<>(work);
    var _ = Thread.ofVirtual().start(task);
    return task;
  }

  /// Frames of the product on any thread, virtual ones included, but for this test's own.
  private List<String> ownFrames() throws IOException {
    Path dump = directory.resolve("threads-" + System.nanoTime());
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
    List<String> frames = new ArrayList<>();
    for (String line : Files.readAllLines(dump)) {
      if (line.contains("dev.sluice.")
          && !line.contains("dev.sluice.emulators.")
          && !line.contains(FreezeTest.class.getName())) {
        frames.add(line.strip());
      }
    }
    return frames;
  }
}
