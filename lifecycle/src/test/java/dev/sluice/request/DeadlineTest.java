package dev.sluice.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DeadlineTest {

  // Near the overflow of the clock, which System.nanoTime may be.
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000);

  @Test
  void whatIsLeftShrinksToZeroAndNeverBelow() {
    Deadline deadline = Deadline.in(Duration.ofSeconds(2), clock::get);
    assertThat(deadline.remaining()).isEqualTo(Duration.ofSeconds(2));

    clock.addAndGet(Duration.ofMillis(1_500).toNanos());
    assertThat(deadline.remaining()).isEqualTo(Duration.ofMillis(500));
    assertThat(deadline.hasPassed()).isFalse();

    clock.addAndGet(Duration.ofMillis(500).toNanos());
    assertThat(deadline.hasPassed()).isTrue();
    clock.addAndGet(1);
    assertThat(deadline.remaining()).isZero();
  }

  @Test
  void limitsAndMarginsOnlyShorten() {
    Deadline deadline = Deadline.in(Duration.ofSeconds(2), clock::get);

    assertThat(deadline.atMost(Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(1));
    assertThat(deadline.atMost(Duration.ofSeconds(3))).isEqualTo(Duration.ofSeconds(2));
    assertThat(deadline.minus(Duration.ofMillis(500)).remaining())
        .isEqualTo(Duration.ofMillis(1_500));
    assertThat(deadline.orSooner(Duration.ofSeconds(1)).remaining())
        .isEqualTo(Duration.ofSeconds(1));
    assertThat(deadline.orSooner(Duration.ofSeconds(3))).isEqualTo(deadline);
  }

  @ParameterizedTest
  @CsvSource({
    "200, false",
    "400, false",
    "404, false",
    "422, false",
    "408, true",
    "409, true",
    "425, true",
    "429, true",
    "499, true",
    "500, true",
    "503, true",
    "599, true"
  })
  void aStatusIsRetriableOrNot(int status, boolean retriable) {
    FailureReason reason = FailureReason.ofStatus(status, "");

    assertThat(FailureReason.isRetriable(status)).isEqualTo(retriable);
    assertThat(reason.label()).isEqualTo(retriable ? "retriable_status" : "non_retriable_status");
  }

  @Test
  void tokensAreNeverNegative() {
    assertThatThrownBy(() -> new Usage(-1, 0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Usage(0, 0, 0, -1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(new Usage(3, 4, 1, 1).totalTokens()).isEqualTo(7);
  }

  @Test
  void bodiesAreDecodedOrTheStoreIsAtFault() throws IOException {
    byte[] plain = "{}".getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(plain);
    }

    assertThat(body(plain, "identity").decoded()).isEqualTo(plain);
    assertThat(body(packed.toByteArray(), "gzip").decoded()).isEqualTo(plain);
    assertThatThrownBy(() -> body(plain, "gzip").decoded())
        .isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> body(plain, "br").decoded())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("br");
  }

  private static StoredBody body(byte[] bytes, String encoding) {
    return new StoredBody(bytes, encoding, "application/json", 2, "");
  }
}
