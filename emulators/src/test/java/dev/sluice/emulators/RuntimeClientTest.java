package dev.sluice.emulators;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// AWS's own runtime client, in a process of its own, against our Runtime API.
final class RuntimeClientTest {

  private static final Duration START = Duration.ofSeconds(60);
  private static final String SNAP_START = "snap-start";

  private final RuntimeApi api = RuntimeApi.start();
  private @Nullable Process process;

  @AfterEach
  void stop() throws InterruptedException {
    api.close();
    if (process != null) {
      assertThat(process.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void invocationsFollowOneAnother() throws Exception {
    start("on-demand", "");
    api.awaitReady(START);

    assertThat(invoke("1", "echo {\"a\":\"é\"}")).isEqualTo("{\"a\":\"é\"}");
    assertThat(invoke("2", "context")).isEqualTo("2|arn:f|testing|512|Root=1-a;Parent=b|time left");
    assertThat(invoke("3", "repeat 5000000")).hasSize(5_000_000);
    assertThat(invoke("4", "echo " + "y".repeat(6_000_000))).hasSize(6_000_000);
  }

  @Test
  void whatAHandlerThrowsIsReportedAndTheFunctionGoesOn() throws Exception {
    start("on-demand", "");

    FunctionErrorException error =
        catchThrowableOfType(FunctionErrorException.class, () -> invoke("1", "fail now"));

    assertThat(error.afterBytes()).isFalse();
    assertThat(error.error().errorType()).isEqualTo("java.lang.IllegalArgumentException");
    assertThat(error.error().errorMessage()).isEqualTo("told to fail: now");
    assertThat(error.error().body()).contains("\"stackTrace\":[");
    assertThat(invoke("2", "echo still here")).isEqualTo("still here");
  }

  @Test
  void anAnswerThatIsTooLargeIsRefused() throws Exception {
    start("on-demand", "");

    FunctionErrorException error =
        catchThrowableOfType(
            FunctionErrorException.class,
            () -> invoke("1", "repeat " + (RuntimeApi.PAYLOAD_LIMIT_BYTES + 1)));

    assertThat(error.error().errorType()).isEqualTo("Function.ResponseSizeTooLarge");
  }

  @Test
  void aFailedStartIsReported() throws Exception {
    Process started = start("on-demand", "init");

    assertThatThrownBy(() -> api.awaitReady(START))
        .isInstanceOfSatisfying(
            InitFailedException.class,
            failed -> {
              assertThat(failed.error().errorType()).isEqualTo("java.lang.IllegalStateException");
              assertThat(failed.error().errorMessage()).isEqualTo("told to fail at init");
            });
    assertThat(started.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(started.exitValue()).isEqualTo(1);
  }

  @Test
  void aSnapshotRunsItsHooksAndIsRestored() throws Exception {
    start(SNAP_START, "");
    api.awaitReady(START);
    api.restore();
    api.awaitReady(START);

    assertThat(invoke("1", "restores")).isEqualTo("11");
  }

  @Test
  void aFailedRestoreIsReported() throws Exception {
    start(SNAP_START, "restore");
    api.awaitReady(START);
    api.restore();

    assertThatThrownBy(() -> api.awaitReady(START))
        .isInstanceOf(InitFailedException.class)
        .hasMessageContaining("RestoreException");
  }

  private String invoke(String id, String event)
      throws IOException, FunctionErrorException, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    api.invoke(
        new Invocation(
            id, "arn:f", "Root=1-a;Parent=b", Instant.now().plusSeconds(30), event.getBytes(UTF_8)),
        out);
    return out.toString(UTF_8);
  }

  private Process start(String initialization, String failAt) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            AWSLambda.class.getName(),
            TestingFunction.class.getName());
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder
        .environment()
        .putAll(
            Map.of(
                "AWS_LAMBDA_RUNTIME_API",
                api.address(),
                "_HANDLER",
                TestingFunction.class.getName(),
                "AWS_LAMBDA_FUNCTION_NAME",
                "testing",
                "AWS_LAMBDA_FUNCTION_VERSION",
                "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                "512",
                "AWS_LAMBDA_LOG_GROUP_NAME",
                "/aws/lambda/testing",
                "AWS_LAMBDA_LOG_STREAM_NAME",
                "local",
                "AWS_REGION",
                "eu-central-1",
                "AWS_LAMBDA_INITIALIZATION_TYPE",
                initialization,
                TestingFunction.FAIL_AT,
                failAt));
    builder.environment().put("LAMBDA_TASK_ROOT", Path.of("").toAbsolutePath().toString());
    Process started = builder.start();
    process = started;
    var _ =
        started
            .onExit()
            .thenAccept(ended -> api.abandon(new IOException("Exit " + ended.exitValue())));
    return started;
  }
}
