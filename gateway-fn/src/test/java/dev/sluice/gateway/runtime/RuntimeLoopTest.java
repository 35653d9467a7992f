package dev.sluice.gateway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.emulators.FunctionErrorException;
import dev.sluice.emulators.RuntimeApi;
import dev.sluice.emulators.Signal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

final class RuntimeLoopTest {

  @Test
  void anInvocationIsHandedOverWithItsContext() throws Exception {
    RequestStreamHandler handler =
        (event, answer, context) ->
            answer.write(
                (new String(event.readAllBytes(), UTF_8) + describe(context)).getBytes(UTF_8));
    try (TestingSandbox sandbox = TestingSandbox.looping(handler)) {
      assertThat(sandbox.invoke("id-1", "{}"))
          .isEqualTo(
              "{}id-1|arn:f|gateway-inference|7|1024|/aws/lambda/gateway-inference|stream|"
                  + TestingSandbox.TRACE
                  + "|in time");
    }
  }

  private static String describe(Context context) {
    int left = context.getRemainingTimeInMillis();
    return String.join(
        "|",
        context.getAwsRequestId(),
        context.getInvokedFunctionArn(),
        context.getFunctionName(),
        context.getFunctionVersion(),
        String.valueOf(context.getMemoryLimitInMB()),
        context.getLogGroupName(),
        context.getLogStreamName(),
        context.getXrayTraceId(),
        left > 40_000 && left <= 60_000 ? "in time" : "left: " + left);
  }

  @Test
  void eachFlushIsOneChunk() throws Exception {
    RequestStreamHandler handler =
        (_, answer, _) -> {
          answer.write("he".getBytes(UTF_8));
          answer.write("ad".getBytes(UTF_8));
          answer.flush();
          answer.flush();
          answer.write("body".getBytes(UTF_8));
          answer.flush();
          answer.write("long".getBytes(UTF_8));
          answer.write(new byte[100_000]);
          answer.write("end".getBytes(UTF_8));
        };
    try (TestingSandbox sandbox = TestingSandbox.looping(handler)) {
      assertThat(sandbox.invoke("1", "{}"))
          .hasSize(100_015)
          .startsWith("headbodylong")
          .endsWith("end");
      assertThat(sandbox.api().chunks())
          .extracting(RuntimeApi.Chunk::length)
          .containsExactly(4, 4, 100_004, 3);
    }
  }

  @Test
  void anEventOfSixMegabytesPassesAndALargerAnswerToo() throws Exception {
    byte[] megabyte = new byte[1 << 20];
    Arrays.fill(megabyte, (byte) 'x');
    RequestStreamHandler handler =
        (event, answer, _) -> {
          int length = event.readAllBytes().length;
          for (int i = 0; i < 12; i++) {
            answer.write(megabyte);
          }
          answer.write(String.valueOf(length).getBytes(UTF_8));
        };
    try (TestingSandbox sandbox = TestingSandbox.looping(handler)) {
      assertThat(sandbox.invoke("1", "\"" + "a".repeat((6 << 20) - 2) + "\""))
          .hasSize((12 << 20) + 7)
          .endsWith("x" + (6 << 20));
    }
  }

  @Test
  void aHandlerThatThrowsBeforeAnyByteIsAnError() throws Exception {
    RequestStreamHandler handler =
        (event, answer, _) -> {
          if (read(event).equals("fail")) {
            answer.write("never sent".getBytes(UTF_8));
            throw new IllegalStateException("as told");
          }
          answer.write("ok".getBytes(UTF_8));
        };
    try (TestingSandbox sandbox = TestingSandbox.looping(handler)) {
      FunctionErrorException error =
          catchThrowableOfType(FunctionErrorException.class, () -> sandbox.invoke("1", "fail"));

      assertThat(error.afterBytes()).isFalse();
      assertThat(error.error().header()).isEqualTo("Runtime.UserException");
      assertThat(error.error().errorType()).isEqualTo("java.lang.IllegalStateException");
      assertThat(error.error().errorMessage()).isEqualTo("as told");
      assertThat(error.error().body()).contains("\"stackTrace\":[\"dev.sluice.gateway.runtime");
      assertThat(sandbox.invoke("2", "go on")).isEqualTo("ok");
    }
  }

  @Test
  void aHandlerThatThrowsInMidStreamIsToldInTrailers() throws Exception {
    RequestStreamHandler handler =
        (event, answer, _) -> {
          answer.write("half".getBytes(UTF_8));
          answer.flush();
          if (read(event).equals("fail")) {
            answer.write(" more".getBytes(UTF_8));
            throw new IOException("x".repeat(20_000));
          }
        };
    try (TestingSandbox sandbox = TestingSandbox.looping(handler)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      FunctionErrorException error =
          catchThrowableOfType(
              FunctionErrorException.class, () -> sandbox.invoke("1", "fail", out));

      assertThat(error.afterBytes()).isTrue();
      assertThat(error.error().header()).isEqualTo("Runtime.UserException");
      assertThat(error.error().errorType()).isEqualTo("java.io.IOException");
      assertThat(error.error().errorMessage()).isEqualTo("x".repeat(400));
      assertThat(out.toString(UTF_8)).isEqualTo("half more");
      assertThat(sandbox.invoke("2", "go on")).isEqualTo("half");
    }
  }

  @Test
  void aRuntimeApiThatBreaksOffIsAnExceptionForTheWriterAndNotTheEnd() throws Exception {
    TimedOutput out = new TimedOutput();
    Signal cut = new Signal();
    List<Class<?>> thrown = new CopyOnWriteArrayList<>();
    RequestStreamHandler handler =
        (event, answer, _) -> {
          answer.write("begun".getBytes(UTF_8));
          answer.flush();
          if (read(event).equals("cut")) {
            cut.await(TestingSandbox.SOON);
            writeUntilItFails(answer, thrown);
          }
        };
    try (TestingSandbox sandbox = TestingSandbox.looping(handler)) {
      Thread cutting =
          Thread.startVirtualThread(() -> {
            out.awaitBytes(); // Before, there is no answer yet that could be cut.
            sandbox.api().cutConnections();
            cut.fire();
          });

      assertThat(catchThrowableOfType(IOException.class, () -> sandbox.invoke("1", "cut", out)))
          .isNotNull();
      assertThat(sandbox.invoke("2", "go on")).isEqualTo("begun");
      cutting.join();
      assertThat(thrown).allMatch(IOException.class::isAssignableFrom).hasSize(2);
    }
  }

  private static void writeUntilItFails(OutputStream answer, List<Class<?>> thrown) {
    while (thrown.size() < 2) {
      try {
        answer.write(new byte[64 * 1024]);
        answer.flush();
      } catch (IOException e) {
        thrown.add(e.getClass());
      }
    }
  }

  @Test
  void aLostConnectionIsReplacedWhileTheLoopWaits() throws Exception {
    RequestStreamHandler handler = (_, answer, _) -> answer.write("ok".getBytes(UTF_8));
    try (TestingSandbox sandbox = TestingSandbox.looping(handler)) {
      for (String id : List.of("1", "2", "3", "4", "5", "6")) {
        sandbox.api().awaitReady(TestingSandbox.SOON);
        sandbox.api().cutConnections();
        assertThat(sandbox.invoke(id, "{}")).isEqualTo("ok");
      }
    }
  }

  @Test
  void theConnectionThatAskedIsKeptAndThatOfAnAnswerIsNot() throws Exception {
    RequestStreamHandler handler = (_, answer, _) -> answer.write("ok".getBytes(UTF_8));
    try (TestingSandbox sandbox = TestingSandbox.looping(handler)) {
      for (String id : List.of("1", "2", "3")) {
        assertThat(sandbox.invoke(id, "{}")).isEqualTo("ok");
      }
      assertThat(sandbox.api().acceptedConnections()).isEqualTo(4);
    }
  }

  @Test
  void theLoopEndsWhenTheRuntimeApiIsGone() throws Exception {
    TestingSandbox sandbox = TestingSandbox.looping((_, _, _) -> {});

    assertThat(sandbox.invoke("1", "{}")).as("an answer without a byte is one").isEmpty();
    assertThat(sandbox.end()).isEqualTo(InferenceRuntime.GONE);
  }

  private static String read(InputStream event) throws IOException {
    return new String(event.readAllBytes(), UTF_8);
  }
}
