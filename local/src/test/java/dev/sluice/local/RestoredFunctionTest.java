package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.BatchFunction;
import dev.sluice.emulators.EventSourceMapping;
import dev.sluice.emulators.EventSourceMapping.Drained;
import dev.sluice.emulators.ForkedFunction;
import dev.sluice.emulators.LambdaContext;
import dev.sluice.emulators.SandboxListener;
import dev.sluice.emulators.Scheduler;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SnapStart of every function as it is deployed, under AWS's runtime client or our own: nothing is
/// connected to the database when the snapshot would be taken, and what was restored works.
final class RestoredFunctionTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern RESPONSE_ID = Pattern.compile("resp_[0-9A-Za-z_-]+");

  /// As a gateway would have two copies of one snapshot.
  private static final String OTHER_INFERENCE = "other-inference";

  @TempDir private Path directory;
  private final List<ForkedFunction> functions = new ArrayList<>();
  private final Map<String, Long> sessionsAtSnapshot = new ConcurrentHashMap<>();
  private LoadUpstream upstream;
  private TestingStack stack;

  @BeforeEach
  void start() {
    upstream = LoadUpstream.start(Duration.ZERO);
    stack =
        TestingStack.start(
            DevSettings.forTests(directory.resolve("data"))
                .withModels(upstream.modelsFile(directory)));
    stack.pauseCompletions(); // The records are for the function under test.
  }

  @AfterEach
  void stop() {
    functions.forEach(ForkedFunction::close);
    stack.close();
    upstream.close();
  }

  @Test
  void everyFunctionHoldsNoSessionAtItsSnapshotAndServesAfterIt() throws Exception {
    ForkedFunction inference = function(Functions.INFERENCE, Functions.INFERENCE);
    ForkedFunction other = function(Functions.INFERENCE, OTHER_INFERENCE);
    ForkedFunction api = function(Functions.API, Functions.API);
    ForkedFunction completion = function(Functions.COMPLETION, Functions.COMPLETION);
    ForkedFunction daemon = function(Functions.DAEMON, Functions.DAEMON);

    startAll();

    assertThat(sessionsAtSnapshot)
        .isEqualTo(
            Map.of(
                Functions.INFERENCE,
                0L,
                OTHER_INFERENCE,
                0L,
                Functions.API,
                0L,
                Functions.COMPLETION,
                0L,
                Functions.DAEMON,
                0L));
    assertThat(List.of(chat(inference), chat(other))).doesNotHaveDuplicates();
    assertThat(call(api, event("GET", "/v1/models", ""))).contains("\"statusCode\":200");
    assertThat(tick(daemon)).isInstanceOf(Scheduler.Tick.Answered.class);
    assertThat(stack.count("select count(*) from daemon where stopped_at is not null")).isOne();
    assertThat(drain(completion)).isEqualTo(new Drained(4, 0));
    assertThat(stack.count("select count(*) from request where state = 'completed'")).isEqualTo(2);
    // It takes each batch for a full one, and keeps its session then: a session is told apart.
    assertThat(sessions(Functions.COMPLETION)).isOne();
  }

  /// @param name of the function
  /// @param session what its sessions are called
  private ForkedFunction function(String name, String session) throws IOException {
    ForkSettings fork = new ForkSettings(1, Map.of("SLUICE_COMPLETION_FULL_BATCH", "1"));
    ForkedFunction function =
        ForkedFunction.of(
            ForkedFunctions.deployed(
                    name,
                    fork,
                    fork.functionEnvironment(properties(session), Set.of()),
                    Files.createDirectories(directory.resolve(session)))
                .withSnapStart(),
            new Watch(session));
    functions.add(function);
    return function;
  }

  private Map<String, Object> properties(String session) throws IOException {
    JsonObject description = stack.stack().description();
    Path data = directory.resolve("data");
    JsonObject secrets = Json.objectOrEmpty(Files.readAllBytes(data.resolve("secrets.json")));
    Map<String, Object> properties = new HashMap<>();
    properties.put(
        "datasources.default.url",
        description.text("database_url").orElseThrow() + "&ApplicationName=" + session);
    properties.put("sluice.id-key", secrets.text("id_key").orElseThrow());
    properties.put("sluice.peppers", "1:" + secrets.text("pepper").orElseThrow());
    properties.put("sluice.admin-key", secrets.text("admin_key").orElseThrow());
    properties.put("sluice.config", upstream.modelsFile(directory).toString());
    properties.put("sluice.queue.url", stack.stack().queues().completions().url());
    properties.put("sluice.queue.endpoint", description.text("queue_endpoint").orElseThrow());
    properties.put("sluice.objects.directory", data.resolve("objects").toString());
    return properties;
  }

  /// Counts the sessions of one process at the moment of its snapshot.
  private final class Watch implements SandboxListener {

    private final String session;

    private Watch(String session) {
      this.session = session;
    }

    @Override
    public void snapshot(String functionName, long pid) {
      sessionsAtSnapshot.put(session, sessions(session));
    }

    @Override
    public void started(String functionName, long pid) {}

    @Override
    public void ended(String functionName, long pid, int status) {}

    @Override
    public void wrote(String functionName, String line) {}
  }

  private long sessions(String session) {
    return stack.count(
        "select count(*) from pg_stat_activity where application_name = '" + session + "'");
  }

  private void startAll() throws Exception {
    List<FutureTask<Boolean>> starts = new ArrayList<>();
    for (ForkedFunction function : functions) {
      FutureTask<Boolean> start =
          new FutureTask<>(() -> {
            function.warmUp();
            return true;
          });
      starts.add(start);
      var _ = Thread.ofVirtual().start(start);
    }
    for (FutureTask<Boolean> start : starts) {
      assertThat(start.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  /// @return the id of the response
  private String chat(ForkedFunction inference) throws IOException {
    String answer =
        call(
            inference,
            event(
                "POST",
                "/v1/chat/completions",
                """
                {"model":"%s","messages":[{"role":"user","content":"Hello"}]}\
                """
                    .formatted(LoadCall.MODEL)));
    assertThat(answer).startsWith("{\"statusCode\":200").contains("\"content\":\"Hello\"");
    Matcher id = RESPONSE_ID.matcher(answer);
    assertThat(id.find()).as(answer).isTrue();
    return id.group();
  }

  private byte[] event(String method, String path, String body) {
    JsonObject headers =
        JsonObject.builder()
            .put("Authorization", "Bearer " + stack.apiKey())
            .put("Content-Type", "application/json")
            .build();
    return Json.write(
        JsonObject.builder()
            .put("httpMethod", method)
            .put("path", path)
            .put("headers", headers)
            .put("body", body)
            .put("requestContext", JsonObject.builder().put("requestId", "restored").build())
            .build());
  }

  private static String call(ForkedFunction function, byte[] event) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    function.handleRequest(
        new ByteArrayInputStream(event),
        answer,
        LambdaContext.starting("restored", UUID.randomUUID().toString(), null, LIMIT));
    return answer.toString(StandardCharsets.UTF_8);
  }

  private static Scheduler.Tick tick(ForkedFunction daemon) {
    try (Scheduler scheduler =
        Scheduler.paused(
            new Scheduler.Settings(Functions.DAEMON, LIMIT, Functions.DAEMON_LIMIT, 1), daemon)) {
      return scheduler.tickOnce();
    }
  }

  private Drained drain(ForkedFunction completion) {
    try (EventSourceMapping mapping =
        EventSourceMapping.paused(
            stack.stack().queues(),
            EventSourceMapping.Settings.TEST,
            BatchFunction.ofBytes(completion))) {
      return mapping.drain(LIMIT);
    }
  }
}
