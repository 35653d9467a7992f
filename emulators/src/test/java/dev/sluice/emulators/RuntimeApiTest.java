package dev.sluice.emulators;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sluice.emulators.TestingRuntime.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RuntimeApiTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String STREAMING =
      String.join(
          "\r\n",
          "Lambda-Runtime-Function-Response-Mode: streaming",
          "Transfer-Encoding: chunked",
          "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
          "");

  private final RuntimeApi api = RuntimeApi.start();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void anInvocationGoesThereAndItsAnswerComesBack() throws Exception {
    FutureTask<@Nullable Void> call = invoke("one", "{\"a\":1}", out);
    try (TestingRuntime runtime = new TestingRuntime(api)) {
      Answer next = runtime.next();

      assertThat(next.status()).isEqualTo(200);
      assertThat(next.body()).isEqualTo("{\"a\":1}");
      assertThat(next.header("lambda-runtime-aws-request-id")).isEqualTo("one");
      assertThat(next.header("lambda-runtime-deadline-ms")).isEqualTo("1795255200000");
      assertThat(next.header("lambda-runtime-invoked-function-arn")).isEqualTo("arn:f");
      assertThat(next.header("lambda-runtime-trace-id")).isEqualTo("Root=1-a;Parent=b");
      assertThat(runtime.post("invocation/one/response", "[2]").status()).isEqualTo(202);
      end(call);
      assertThat(out.toString(UTF_8)).isEqualTo("[2]");
    }
  }

  @Test
  void oneConnectionServesManyInvocations() throws Exception {
    try (TestingRuntime runtime = new TestingRuntime(api)) {
      for (String id : List.of("1", "2", "3")) {
        FutureTask<@Nullable Void> call = invoke(id, "{}", out);
        assertThat(runtime.next().header("lambda-runtime-aws-request-id")).isEqualTo(id);
        assertThat(runtime.post("invocation/" + id + "/response", id).status()).isEqualTo(202);
        end(call);
      }
    }
    assertThat(out.toString(UTF_8)).isEqualTo("123");
    assertThat(api.acceptedConnections()).isEqualTo(1);
  }

  @Test
  void theChunksOfAStreamArePassedOnAsTheyCome() throws Exception {
    SteppedOutput reader = new SteppedOutput();
    FutureTask<@Nullable Void> call = invoke("one", "{}", reader);
    try (TestingRuntime runtime = new TestingRuntime(api)) {
      assertThat(runtime.next().status()).isEqualTo(200);
      runtime.begin("invocation/one/response", STREAMING);
      runtime.chunk("first");
      reader.awaitText("first");
      runtime.chunk(" second");
      reader.awaitText("first second");
      runtime.send("0\r\n\r\n");

      assertThat(runtime.read().status()).isEqualTo(202);
      end(call);
    }
    assertThat(api.chunks()).extracting(RuntimeApi.Chunk::length).containsExactly(5, 7);
    assertThat(api.chunks()).extracting(RuntimeApi.Chunk::arrivedNanos).isSorted();
  }

  @Test
  void aStreamMayBeLargerThanABufferedAnswer() throws Exception {
    FutureTask<@Nullable Void> call = invoke("one", "{}", out);
    try (TestingRuntime runtime = new TestingRuntime(api)) {
      assertThat(runtime.next().status()).isEqualTo(200);
      runtime.begin("invocation/one/response", STREAMING);
      for (int i = 0; i < 8; i++) {
        runtime.chunk("x".repeat(1 << 20));
      }
      runtime.send("0\r\n\r\n");

      assertThat(runtime.read().status()).isEqualTo(202);
      end(call);
    }
    assertThat(out.size()).isEqualTo(8 << 20);
  }

  @Test
  void anErrorInMidStreamComesAsTrailers() throws Exception {
    FutureTask<@Nullable Void> call = invoke("one", "{}", out);
    try (TestingRuntime runtime = new TestingRuntime(api)) {
      assertThat(runtime.next().status()).isEqualTo(200);
      runtime.begin("invocation/one/response", STREAMING);
      runtime.chunk("half");
      String told = "{\"errorType\":\"Broken\",\"errorMessage\":\"in the middle\"}";
      runtime.send(
          "0\r\nLambda-Runtime-Function-Error-Type: Function.Broken\r\n"
              + "Lambda-Runtime-Function-Error-Body: "
              + Base64.getEncoder().encodeToString(told.getBytes(UTF_8))
              + "\r\n\r\n");

      assertThat(runtime.read().status()).isEqualTo(202);
      FunctionErrorException error = failure(call, FunctionErrorException.class);
      assertThat(error.afterBytes()).isTrue();
      assertThat(error.error())
          .isEqualTo(new FunctionError("Function.Broken", "Broken", "in the middle", told));
      assertThat(out.toString(UTF_8)).isEqualTo("half");
    }
  }

  @Test
  void anErrorInsteadOfAnAnswerIsTold() throws Exception {
    FutureTask<@Nullable Void> call = invoke("one", "{}", out);
    try (TestingRuntime runtime = new TestingRuntime(api)) {
      assertThat(runtime.next().status()).isEqualTo(200);
      Answer answer =
          runtime.post(
              "invocation/one/error",
              "{\"errorMessage\":\"no\",\"errorType\":\"java.lang.Error\"}");

      assertThat(answer.status()).isEqualTo(202);
      FunctionErrorException error = failure(call, FunctionErrorException.class);
      assertThat(error.afterBytes()).isFalse();
      assertThat(error.error().errorType()).isEqualTo("java.lang.Error");
      assertThat(error.error().errorMessage()).isEqualTo("no");
      FutureTask<@Nullable Void> after = invoke("two", "{}", out);
      assertThat(runtime.next().status()).as("the function goes on").isEqualTo(200);
      assertThat(runtime.post("invocation/two/response", "").status()).isEqualTo(202);
      end(after);
    }
  }

  @Test
  void aBufferedAnswerHasAtMostSixMegabytes() throws Exception {
    for (int size :
        new int[] {RuntimeApi.PAYLOAD_LIMIT_BYTES, RuntimeApi.PAYLOAD_LIMIT_BYTES + 1}) {
      out.reset();
      FutureTask<@Nullable Void> call = invoke("id" + size, "{}", out);
      try (TestingRuntime runtime = new TestingRuntime(api)) {
        assertThat(runtime.next().status()).isEqualTo(200);
        Answer answer = runtime.post("invocation/id" + size + "/response", "x".repeat(size));

        if (size == RuntimeApi.PAYLOAD_LIMIT_BYTES) {
          assertThat(answer.status()).isEqualTo(202);
          end(call);
          assertThat(out.size()).isEqualTo(size);
        } else {
          assertThat(answer.status()).isEqualTo(413);
          assertThat(answer.body()).contains("\"errorType\":\"RequestEntityTooLarge\"");
          assertThat(failure(call, FunctionErrorException.class).error().errorType())
              .isEqualTo("Function.ResponseSizeTooLarge");
          assertThat(out.size()).isZero();
        }
      }
    }
    assertThatThrownBy(() -> invocation("a", "x".repeat(RuntimeApi.PAYLOAD_LIMIT_BYTES + 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsOutOfTurnIsRefused() throws Exception {
    FutureTask<@Nullable Void> call = invoke("one", "{}", out);
    try (TestingRuntime runtime = new TestingRuntime(api)) {
      assertThat(runtime.post("invocation/one/response", "early").status()).isEqualTo(403);
      assertThat(runtime.next().status()).isEqualTo(200);
      Answer otherId = runtime.post("invocation/two/response", "of another");
      assertThat(otherId.status()).isEqualTo(400);
      assertThat(otherId.body()).contains("\"errorType\":\"InvalidRequestID\"");
      assertThat(runtime.next().status()).as("an answer is due").isEqualTo(403);
      assertThat(runtime.post("init/error", "{}").status()).isEqualTo(403);
      assertThat(runtime.get("restore/next").status()).isEqualTo(403);
      assertThat(runtime.get("nothing").status()).isEqualTo(404);
      assertThat(runtime.post("invocation/one/response", "it").status()).isEqualTo(202);
      Answer again = runtime.post("invocation/one/response", "it again");
      assertThat(again.status()).isEqualTo(403);
      assertThat(again.body()).contains("\"errorType\":\"InvalidStateTransition\"");
      end(call);
    }
    assertThat(out.toString(UTF_8)).isEqualTo("it");
  }

  @Test
  void aFailedStartIsToldToWhoWaitsAndToWhoInvokes() throws Exception {
    try (TestingRuntime runtime = new TestingRuntime(api)) {
      assertThat(
              runtime
                  .post("init/error", "{\"errorMessage\":\"no key\",\"errorType\":\"Missing\"}")
                  .status())
          .isEqualTo(202);
      assertThatThrownBy(() -> api.awaitReady(SOON))
          .isInstanceOfSatisfying(
              InitFailedException.class,
              failed -> assertThat(failed.error().errorMessage()).isEqualTo("no key"));
      assertThat(
              failure(invoke("one", "{}", out), FunctionErrorException.class).error().errorType())
          .isEqualTo("Missing");
    }
  }

  @Test
  void aFunctionIsReadyWhenItAsks() throws Exception {
    assertThatThrownBy(() -> api.awaitReady(Duration.ofMillis(1)))
        .isInstanceOf(TimeoutException.class);
    try (TestingRuntime runtime = new TestingRuntime(api)) {
      runtime.begin("GET", "invocation/next", "");
      api.awaitReady(SOON);
    }
  }

  @Test
  void aSnapshotIsRestoredWhenTheCallerSaysSo() throws Exception {
    assertThatThrownBy(api::restore).isInstanceOf(IllegalStateException.class);
    try (TestingRuntime runtime = new TestingRuntime(api)) {
      runtime.begin("GET", "restore/next", "");
      api.awaitReady(SOON);
      api.restore();
      assertThat(runtime.read().status()).isEqualTo(200);
      assertThat(runtime.post("restore/error", "{\"errorType\":\"NoHook\"}").status())
          .isEqualTo(202);
      assertThatThrownBy(() -> api.awaitReady(SOON))
          .isInstanceOfSatisfying(
              InitFailedException.class,
              failed -> assertThat(failed.error().errorType()).isEqualTo("NoHook"));
    }
  }

  @Test
  void aReaderThatIsGoneDoesNotEndTheInvocation() throws Exception {
    OutputStream gone =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("The client went");
          }
        };
    FutureTask<@Nullable Void> call = invoke("one", "{}", gone);
    try (TestingRuntime runtime = new TestingRuntime(api)) {
      assertThat(runtime.next().status()).isEqualTo(200);
      runtime.begin("invocation/one/response", STREAMING);
      runtime.chunk("a");
      runtime.chunk("b");
      runtime.send("0\r\n\r\n");

      assertThat(runtime.read().status()).isEqualTo(202);
      end(call);
    }
    assertThat(api.chunks()).hasSize(2);
  }

  @Test
  void aBrokenConnectionBreaksTheInvocationAndNotTheNextOne() throws Exception {
    for (boolean byTheApi : new boolean[] {true, false}) {
      SteppedOutput reader = new SteppedOutput();
      FutureTask<@Nullable Void> call = invoke("one", "{}", reader);
      try (TestingRuntime runtime = new TestingRuntime(api)) {
        assertThat(runtime.next().status()).isEqualTo(200);
        runtime.begin("invocation/one/response", STREAMING);
        runtime.chunk("half");
        reader.awaitText("half");
        if (byTheApi) {
          api.cutConnections();
        } else {
          runtime.leave();
        }
        assertThat(failure(call, IOException.class)).isNotNull();
      }
      try (TestingRuntime runtime = new TestingRuntime(api)) {
        FutureTask<@Nullable Void> after = invoke("two", "{}", out);
        assertThat(runtime.next().header("lambda-runtime-aws-request-id")).isEqualTo("two");
        assertThat(runtime.post("invocation/two/response", "ok").status()).isEqualTo(202);
        end(after);
      }
    }
    assertThat(out.toString(UTF_8)).isEqualTo("okok");
  }

  @Test
  void aWaitingRuntimeMayComeBackOverANewConnection() throws Exception {
    try (TestingRuntime first = new TestingRuntime(api)) {
      first.begin("GET", "invocation/next", "");
      api.awaitReady(SOON);
      api.cutConnections();
      assertThat(catchThrowable(first::read)).isInstanceOf(IOException.class);
    }
    try (TestingRuntime second = new TestingRuntime(api)) {
      FutureTask<@Nullable Void> call = invoke("one", "{}", out);
      assertThat(second.next().status()).isEqualTo(200);
      assertThat(second.post("invocation/one/response", "").status()).isEqualTo(202);
      end(call);
    }
  }

  @Test
  void theDeathOfTheProcessReachesWhoeverWaits() throws Exception {
    IOException death = new IOException("killed");
    try (TestingRuntime runtime = new TestingRuntime(api)) {
      FutureTask<@Nullable Void> call = invoke("one", "{}", out);
      assertThat(runtime.next().status()).isEqualTo(200);
      api.abandon(death);

      assertThat(failure(call, IOException.class)).hasRootCause(death);
      assertThatThrownBy(() -> api.awaitReady(SOON))
          .isInstanceOf(InitFailedException.class)
          .hasRootCause(death);
      assertThat(failure(invoke("two", "{}", out), IOException.class)).hasRootCause(death);
    }
  }

  private FutureTask<@Nullable Void> invoke(String id, String event, OutputStream into) {
    FutureTask<@Nullable Void> call =
        new FutureTask<>(() -> {
          api.invoke(invocation(id, event), into);
          return null;
        });
    var _ = Thread.ofVirtual().start(call);
    return call;
  }

  private static Invocation invocation(String id, String event) {
    return new Invocation(
        id,
        "arn:f",
        "Root=1-a;Parent=b",
        Instant.parse("2026-11-21T10:00:00Z"),
        event.getBytes(UTF_8));
  }

  private static void end(FutureTask<@Nullable Void> call) throws Exception {
    var _ = call.get(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  private static <T extends Throwable> T failure(FutureTask<@Nullable Void> call, Class<T> type)
      throws Exception {
    try {
      end(call);
    } catch (ExecutionException e) {
      return type.cast(Objects.requireNonNull(e.getCause()));
    }
    throw new AssertionError("The invocation ended well");
  }
}
