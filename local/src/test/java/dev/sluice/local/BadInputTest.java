package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Requests that are wrong in every way we could think of: each gets a precise refusal, none a
/// fault.
@Tag(BackingServices.TAG)
@Isolated
final class BadInputTest {

  private static final Logger LOG = LoggerFactory.getLogger(BadInputTest.class);
  private static final long FIXED_SEED = 20261121;
  private static final int REQUESTS = 5_000 * Integer.getInteger("sluice.test.scale", 1);
  private static final int AT_ONCE = 4;
  private static final long MOST_HEAP_GROWTH = 200L * 1024 * 1024;

  @Test
  void noMalformedRequestIsAFaultOrLeftWithoutAnEnvelope() throws Exception {
    try (TestingStack stack = TestingStack.start()) {
      long before = usedHeap();

      send(stack, FIXED_SEED, REQUESTS / 2);
      send(stack, RandomGenerator.getDefault().nextLong(), REQUESTS / 2);

      assertThat(usedHeap() - before).isLessThan(MOST_HEAP_GROWTH);
      stack.drain();
      assertThat(stack.count("select count(*) from quarantine")).isZero();
    }
  }

  private static void send(TestingStack stack, long seed, int count) throws InterruptedException {
    LOG.atInfo().addKeyValue("seed", seed).addKeyValue("count", count).log("Malformed requests");
    try (ExecutorService senders = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<?>> parts =
          IntStream.range(0, AT_ONCE)
              .<Future<?>>mapToObj(
                  part -> senders.submit(() -> sendPart(stack, seed + part, count / AT_ONCE)))
              .toList();
      for (Future<?> part : parts) {
        try {
          part.get();
        } catch (ExecutionException e) {
          throw new AssertionError("Seed " + seed, e.getCause());
        }
      }
    }
  }

  private static void sendPart(TestingStack stack, long seed, int count) {
    MalformedRequests requests =
        new MalformedRequests(RandomGeneratorFactory.of("L64X128MixRandom").create(seed));
    for (int i = 0; i < count; i++) {
      byte[] request = requests.next(stack.apiKey());
      try {
        check(RawHttp.exchange(stack.port(), request), request);
      } catch (IOException e) {
        throw new AssertionError("No answer to " + shown(request), e);
      }
    }
  }

  private static void check(RawHttp.Answer answer, byte[] request) {
    String what = answer.status() + " for " + shown(request) + "\n" + answer.text();
    assertThat(answer.status()).as(what).isBetween(200, 499);
    if (answer.status() >= 400) {
      assertThat(ContractCheck.violations("Error", Json.objectOrEmpty(answer.body())))
          .as(what)
          .isEmpty();
      assertThat(answer.headers().get("content-type")).as(what).startsWith("application/json");
    }
  }

  private static String shown(byte[] request) {
    String text = new String(request, StandardCharsets.ISO_8859_1);
    return text.length() > 1_500 ? text.substring(0, 1_500) + "…" : text;
  }

  private static long usedHeap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
