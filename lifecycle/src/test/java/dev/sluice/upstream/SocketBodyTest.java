package dev.sluice.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.upstream.UpstreamBody.Read;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SocketBodyTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Deque<byte[]> arriving = new ArrayDeque<>();
  private final List<Duration> waits = new ArrayList<>();
  private final TestingOwner owner = new TestingOwner();
  private final SocketBody body =
      new SocketBody(
          this::arrive,
          new SocketBody.Limits(
              Duration.ofSeconds(30),
              Deadline.in(Duration.ofSeconds(100), () -> owner.nanos),
              1_000),
          owner);

  @Test
  void silenceIsToldApartFromIdleAndTotalByTheClock() {
    assertThat(body.next(Duration.ZERO)).isEqualTo(new Read.Silence());
    pass(29);
    assertThat(body.next(Duration.ZERO)).isEqualTo(new Read.Silence());
    arriving.add("a".getBytes(UTF_8));
    assertThat(body.next(Duration.ZERO)).isInstanceOf(Read.Bytes.class);
    assertThat(body.next(Duration.ZERO)).isEqualTo(new Read.Silence());
    pass(30);
    assertThat(body.next(Duration.ZERO)).isEqualTo(new Read.Broken(new TimedOut("idle")));
    assertThat(body.next(Duration.ZERO)).isEqualTo(new Read.Broken(new TimedOut("idle")));
    assertThat(owner.ends).containsExactly(false);
  }

  @Test
  void aPeerThatDripsForEverMeetsTheTotal() {
    for (int i = 0; i < 20; i++) {
      arriving.add("x".getBytes(UTF_8));
    }

    Read read = body.next(PATIENCE);
    while (read instanceof Read.Bytes) {
      pass(10);
      read = body.next(PATIENCE);
    }

    assertThat(read).isEqualTo(new Read.Broken(new TimedOut("total")));
    assertThat(owner.ends).containsExactly(false);
  }

  @Test
  void noReadWaitsLongerThanTheNearestOfTheLimits() {
    var _ = body.next(Duration.ofSeconds(5));
    var _ = body.next(PATIENCE);
    arriving.add("a".getBytes(UTF_8));
    pass(25);
    var _ = body.next(PATIENCE);
    pass(60);
    var _ = body.next(PATIENCE);

    assertThat(waits)
        .containsExactly(
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Duration.ofSeconds(15));
  }

  @Test
  void aBreakIsTheCallersDoingWhenTheCallWasClosed() {
    arriving.add(new byte[0]);
    owner.isClosed = true;

    assertThat(body.next(PATIENCE))
        .isEqualTo(new Read.Broken(new CallLost("The call was closed.")));
  }

  @Test
  void anInterruptedReaderKeepsItsFlag() {
    arriving.add("a".getBytes(UTF_8));
    Thread.currentThread().interrupt();

    Read read = body.next(PATIENCE);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(read).isEqualTo(new Read.Broken(new CallLost("The call was interrupted.")));
  }

  @Test
  void aBreakOfTheConnectionIsAReset() {
    arriving.add(new byte[0]);

    assertThat(body.next(PATIENCE))
        .isEqualTo(
            new Read.Broken(new NetworkError("reset", "The connection broke in mid-answer.")));
  }

  private void pass(int seconds) {
    owner.nanos += Duration.ofSeconds(seconds).toNanos();
  }

  /// An empty array stands for a broken connection.
  private byte[] arrive(Duration limit) throws IOException {
    waits.add(limit);
    byte[] bytes = arriving.poll();
    if (bytes == null) {
      throw new SocketTimeoutException();
    }
    if (bytes.length == 0) {
      throw new IOException("broken");
    }
    return bytes;
  }

  private static final class TestingOwner implements SocketBody.Owner {

    private final List<Boolean> ends = new ArrayList<>();
    private long nanos;
    private boolean isClosed;

    @Override
    public boolean isClosed() {
      return isClosed;
    }

    @Override
    public void bodyEnded(boolean isWhole) {
      ends.add(isWhole);
    }
  }
}
