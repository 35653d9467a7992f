package dev.sluice.emulators;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A function under AWS's runtime client, in processes that the test holds, kills and times out.
final class ForkedFunctionTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path directory;
  private final TestingListener listener = new TestingListener();
  private final AtomicInteger calls = new AtomicInteger();
  private final List<ForkedFunction> functions = new ArrayList<>();
  private ServerSocket gate;

  @BeforeEach
  void open() throws IOException {
    gate = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    gate.setSoTimeout(30_000);
  }

  @AfterEach
  void noProcessIsLeft() throws IOException {
    gate.close();
    functions.forEach(ForkedFunction::close);
    assertThat(listener.all()).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
  }

  @Test
  void aProcessServesOneCallAfterTheOther() throws Exception {
    ForkedFunction function = function(2, LONG);
    function.warmUp();

    String first = call(function, "pid");

    assertThat(call(function, "pid")).isEqualTo(first);
    assertThatThrownBy(() -> call(function, "fail"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("told to fail");
    assertThat(call(function, "print a line of the log")).isEqualTo(first);
    listener.awaitLine("a line of the log");
    assertThat(listener.all()).containsExactly(Long.valueOf(first));
  }

  @Test
  void callsBeyondTheMaximumWaitForTheirTurn() throws Exception {
    ForkedFunction function = function(2, LONG);
    List<FutureTask<String>> running = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      running.add(start(function, "hold " + gate.getLocalPort()));
    }

    Set<String> pids = new HashSet<>();
    try (Held one = held();
        Held other = held()) {
      assertThat(one.pid()).isNotEqualTo(other.pid());
      assertThatThrownBy(() -> call(function, "pid", Duration.ofMillis(50)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("free in time");
      pids.add(one.pid());
      pids.add(other.pid());
    }
    for (int i = 2; i < 5; i++) {
      held().close();
    }

    for (FutureTask<String> call : running) {
      assertThat(pids).contains(call.get(30, TimeUnit.SECONDS));
    }
    assertThat(listener.all()).hasSize(2);
  }

  @Test
  void aKilledProcessTakesItsCallAndIsReplaced() throws Exception {
    ForkedFunction function = function(1, LONG);
    FutureTask<String> call = start(function, "hold " + gate.getLocalPort());
    long first = listener.awaitStart();

    try (Held held = held()) {
      assertThat(held.pid()).isEqualTo(String.valueOf(first));
      kill(first);
    }

    assertThatThrownBy(() -> call.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(IOException.class);
    assertThat(listener.awaitEnd()).isEqualTo(first + " 137");
    long second = listener.awaitStart();
    assertThat(call(function, "pid")).isEqualTo(String.valueOf(second));

    kill(second);

    assertThat(listener.awaitEnd()).isEqualTo(second + " 137");
    assertThat(listener.awaitStart()).isNotIn(first, second);
  }

  @Test
  void anAnswerThatIsTooLargeFailsItsOwnCallOnly() throws Exception {
    ForkedFunction function = function(1, LONG);
    String first = call(function, "pid");

    assertThatThrownBy(() -> call(function, "repeat 7000000"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Response payload size exceeded");

    // AWS's client ends its process over that.
    assertThat(call(function, "pid")).isNotEqualTo(first);
  }

  @Test
  void aFunctionThatTakesTooLongIsKilled() throws Exception {
    // A first call, in a process that has loaded nothing yet, must be done within it as well.
    ForkedFunction function = function(1, Duration.ofSeconds(3));
    function.warmUp();
    String first = call(function, "pid");

    assertThatThrownBy(() -> call(function, "hold " + gate.getLocalPort()))
        .isInstanceOf(IOException.class)
        .rootCause()
        .hasMessageContaining("Task timed out after 3.00 seconds");

    listener.awaitLine("Task timed out after 3.00 seconds");
    assertThat(listener.awaitEnd()).isEqualTo(first + " 137");
    assertThat(call(function, "pid")).isNotEqualTo(first);
  }

  @Test
  void aFunctionThatDoesNotStartFailsEachCallWithTheReason() {
    ForkedFunction function = function(1, LONG, Map.of(TestingTask.BROKEN, "1"));

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> call(function, "pid"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("testing did not start")
          .hasMessageContaining("broken on purpose");
    }
    assertThat(listener.all()).hasSize(2);
  }

  @Test
  void aCallerWhoLeavesEndsTheCall() throws Exception {
    ForkedFunction function = function(1, LONG);
    FutureTask<String> call = new FutureTask<>(() -> call(function, "hold " + gate.getLocalPort()));
    Thread caller = Thread.ofVirtual().start(call);

    try (Held held = held()) {
      caller.interrupt();
      assertThatThrownBy(() -> call.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(InterruptedIOException.class);
      assertThat(listener.awaitEnd()).startsWith(held.pid() + " ");
    }

    assertThat(call(function, "pid")).isNotBlank();
  }

  @Test
  void anInterruptibleFunctionIsToldThatItsCallerLeft() throws Exception {
    ForkedFunction function = function(settings(1, LONG, Map.of()).withInterrupts());
    FutureTask<String> call = new FutureTask<>(() -> call(function, "wait " + gate.getLocalPort()));
    Thread caller = Thread.ofVirtual().start(call);

    try (Held held = held()) {
      caller.interrupt();
      listener.awaitLine("interrupted");
      assertThat(listener.awaitEnd()).startsWith(held.pid() + " ");
    }
  }

  @Test
  void aCloseEndsRunningCallsAndRefusesNewOnes() throws Exception {
    ForkedFunction function = function(1, LONG);
    FutureTask<String> call = start(function, "hold " + gate.getLocalPort());

    try (Held held = held()) {
      function.close();
      assertThat(listener.awaitEnd()).isEqualTo(held.pid() + " 137");
    }

    assertThatThrownBy(() -> call.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
    assertThatThrownBy(() -> call(function, "pid")).hasMessageContaining("is being stopped");
  }

  @Test
  void aProcessHasTheVariablesOfLambdaAndItsOwnAndNoOthers() throws Exception {
    ForkedFunction function = function(1, LONG, Map.of("SLUICE_QUEUE_URL", "http://queue"));

    assertThat(call(function, "environment").split(" "))
        .containsExactlyInAnyOrder(
            "AWS_ACCESS_KEY_ID",
            "AWS_DEFAULT_REGION",
            "AWS_EXECUTION_ENV",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            "AWS_LAMBDA_FUNCTION_NAME",
            "AWS_LAMBDA_FUNCTION_VERSION",
            "AWS_LAMBDA_INITIALIZATION_TYPE",
            "AWS_LAMBDA_LOG_GROUP_NAME",
            "AWS_LAMBDA_LOG_STREAM_NAME",
            "AWS_LAMBDA_RUNTIME_API",
            "AWS_REGION",
            "AWS_SECRET_ACCESS_KEY",
            "LAMBDA_TASK_ROOT",
            "LANG",
            "PATH",
            "PWD",
            "SLUICE_QUEUE_URL",
            "TZ",
            "_HANDLER");
  }

  @Test
  void aProcessEndsWithWhoHoldsItsInput() throws Exception {
    List<String> words =
        SandboxCommand.underOwnRuntime(
                directory, classPath(), WaitingForever.class.getName(), "none")
            .words();
    Process process = new ProcessBuilder(words).start();
    try (BufferedReader output = process.inputReader(UTF_8)) {
      assertThat(output.readLine()).isEqualTo("waiting none");

      process.getOutputStream().close();

      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(137);
    } finally {
      process.destroyForcibly();
    }
  }

  private ForkedFunction function(int max, Duration timeout) {
    return function(max, timeout, Map.of());
  }

  private ForkedFunction function(int max, Duration timeout, Map<String, String> environment) {
    return function(settings(max, timeout, environment));
  }

  private ForkedFunction function(SandboxSettings settings) {
    ForkedFunction function = ForkedFunction.of(settings, listener);
    functions.add(function);
    return function;
  }

  private SandboxSettings settings(int max, Duration timeout, Map<String, String> environment) {
    SandboxCommand command =
        SandboxCommand.underManagedRuntime(directory, classPath(), TestingTask.class.getName());
    return new SandboxSettings("testing", command, new HashMap<>(environment), timeout, max);
  }

  /// All that this process has.
  private static List<Path> classPath() {
    String tests =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Stream.of(tests.split(File.pathSeparator, -1)).map(Path::of).toList();
  }

  private String call(ForkedFunction function, String event) throws IOException {
    return call(function, event, LONG);
  }

  private String call(ForkedFunction function, String event, Duration within) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    function.handleRequest(
        new ByteArrayInputStream(event.getBytes(UTF_8)),
        answer,
        LambdaContext.starting("testing", "call-" + calls.incrementAndGet(), null, within));
    return answer.toString(UTF_8);
  }

  private FutureTask<String> start(ForkedFunction function, String event) {
    FutureTask<String> call = new FutureTask<>(() -> call(function, event));
    var _ = Thread.ofVirtual().start(call);
    return call;
  }

  private static void kill(long pid) {
    assertThat(ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly)).contains(true);
  }

  /// A call in the middle of which its function waits until this is closed.
  private record Held(Socket socket, String pid) implements AutoCloseable {

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private Held held() throws IOException {
    Socket socket = gate.accept();
    return new Held(
        socket,
        new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine());
  }
}
