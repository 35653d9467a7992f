package dev.sluice.emulators;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.crac.Core;
import org.crac.Resource;

/// A function that does what its event says. It runs in a process of its own, under AWS's runtime
/// client.
public final class TestingFunction implements RequestStreamHandler {

  /// Set to `init` or `restore`: where the function fails.
  static final String FAIL_AT = "TESTING_FAIL_AT";

  private final AtomicInteger restores = new AtomicInteger();

  /// The context keeps only weak references.
  private final Resource hooks =
      new Resource() {
        @Override
        public void beforeCheckpoint(org.crac.Context<? extends Resource> context) {
          restores.addAndGet(10);
        }

        @Override
        public void afterRestore(org.crac.Context<? extends Resource> context) {
          failIf("restore");
          restores.incrementAndGet();
        }
      };

  public TestingFunction() {
    failIf("init");
    Core.getGlobalContext().register(hooks);
  }

  private static void failIf(String where) {
    if (where.equals(System.getenv(FAIL_AT))) {
      throw new IllegalStateException("told to fail at " + where);
    }
  }

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    String[] words = new String(event.readAllBytes(), StandardCharsets.UTF_8).split(" ", 2);
    String reply =
        switch (words[0]) {
          case "echo" -> words[1];
          case "repeat" -> "x".repeat(Integer.parseInt(words[1]));
          case "context" -> describe(context);
          case "restores" -> restores.toString();
          default -> throw new IllegalArgumentException("told to fail: " + words[1]);
        };
    answer.write(reply.getBytes(StandardCharsets.UTF_8));
  }

  private static String describe(Context context) {
    return String.join(
        "|",
        context.getAwsRequestId(),
        context.getInvokedFunctionArn(),
        context.getFunctionName(),
        String.valueOf(context.getMemoryLimitInMB()),
        String.valueOf(context.getXrayTraceId()),
        context.getRemainingTimeInMillis() > 20_000 ? "time left" : "late");
  }
}
