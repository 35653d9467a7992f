package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.aws.DirectoryObjectStore;
import dev.sluice.aws.SqsCompletionQueue;
import dev.sluice.completion.CompletionQueue;
import dev.sluice.completion.ObjectStore;
import dev.sluice.completion.QueueUnavailableException;
import dev.sluice.daemon.Duty.Pass;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.MetricSeries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The sweep against a directory of objects and a real queue, with faults put between them.
final class SpillSweeperTest {

  private static final Deadline LATER = Deadline.in(Duration.ofMinutes(5));
  private static final int PAGE = 3;

  @TempDir private Path directory;

  private final MetricSeries metrics = new MetricSeries();
  private Fixture fixture;
  private DirectoryObjectStore objects;
  private SqsCompletionQueue queue;

  @BeforeEach
  void open() {
    objects = new DirectoryObjectStore(directory);
    fixture = Fixture.create(directory);
    queue = SqsCompletionQueue.connect(fixture.queueUrl(), fixture.queueEndpoint());
  }

  @AfterEach
  void close() {
    queue.close();
    fixture.close();
  }

  @Test
  void spilledRecordsGoToTheQueueAsTheyAreAndAreGone() {
    spill("a/1", "{\"first\":\"\\u00e9\"}");
    spill("b/1", "not a record at all");
    objects.put("a/request/body", new byte[] {1});

    Done done = sweepAll(new SpillSweeper(queue, objects, metrics, configuration(10)));

    assertThat(done).isEqualTo(new Done(0, 2, 0));
    assertThat(fixture.received())
        .containsExactlyInAnyOrder("{\"first\":\"\\u00e9\"}", "not a record at all");
    assertThat(objects.list("", 10)).containsExactly("a/request/body");
    assertThat(Fixture.total(metrics, Metric.DAEMON_SPILL_SWEPT)).isEqualTo(2);
    assertThat(Fixture.total(metrics, Metric.RECORDS_ENQUEUED)).isEqualTo(2);
  }

  @Test
  void nothingSpilledIsNothingToDo() {
    Pass pass = new SpillSweeper(queue, objects, metrics, configuration(10)).pass(LATER);

    assertThat(pass).isEqualTo(new Pass(Done.NOTHING, false));
    assertThat(metrics.snapshot()).isEmpty();
  }

  @Test
  void aPassIsOnePageAndTheNextGoesOnBehindIt() {
    IntStream.range(0, 7).forEach(number -> spill("a/" + number, "record " + number));
    SpillSweeper sweeper = new SpillSweeper(queue, objects, metrics, configuration(PAGE));

    assertThat(sweeper.pass(LATER)).isEqualTo(new Pass(new Done(0, 3, 0), true));
    assertThat(sweeper.pass(LATER)).isEqualTo(new Pass(new Done(0, 3, 0), true));
    assertThat(sweeper.pass(LATER)).isEqualTo(new Pass(new Done(0, 1, 0), false));
    assertThat(fixture.received()).hasSize(7);
  }

  @Test
  void aPassEndsWithItsTimeAndSaysThatThereIsMore() {
    IntStream.range(0, 2).forEach(number -> spill("a/" + number, "record " + number));
    SpillSweeper sweeper = new SpillSweeper(queue, objects, metrics, configuration(PAGE));

    assertThat(sweeper.pass(Deadline.in(Duration.ZERO))).isEqualTo(new Pass(Done.NOTHING, true));
    assertThat(fixture.received()).isEmpty();
    assertThat(sweeper.pass(LATER)).isEqualTo(new Pass(new Done(0, 2, 0), false));
  }

  /// So that a pass that began just before its end goes on for a known time only.
  @Test
  void aSendHasWhatIsLeftOfThePassButASecondAtLeast() {
    IntStream.range(0, 3).forEach(number -> spill("a/" + number, "record " + number));
    AtomicLong nanos = new AtomicLong();
    List<Duration> times = new ArrayList<>();
    CompletionQueue slow =
        new QueueOf(
            (_, within) -> {
              times.add(within);
              nanos.addAndGet(within.toNanos() - 1);
            },
            queue.maxMessageBytes(),
            true);

    Deadline end = Deadline.in(Duration.ofMillis(7_500), nanos::get);
    Pass pass = new SpillSweeper(slow, objects, metrics, configuration(10)).pass(end);

    assertThat(times)
        .containsExactly(
            Duration.ofSeconds(5), Duration.ofMillis(2_500).plusNanos(1), Duration.ofSeconds(1));
    assertThat(pass).isEqualTo(new Pass(new Done(0, 3, 0), false));
  }

  @Test
  void whatCannotBeSentStaysAndBlocksNothingBehindIt() {
    for (int i = 0; i < 2 * PAGE; i++) {
      spill("a/large-" + i, "x".repeat(queue.maxMessageBytes() + 1));
    }
    objects.put("spill/b/binary", new byte[] {(byte) 0xff, (byte) 0xfe});
    spill("b/empty", "");
    spill("c/control", "no queue takes \u0001 this");
    spill("d/good", "good");

    Done first = sweepAll(new SpillSweeper(queue, objects, metrics, configuration(PAGE)));
    spill("d/good", "good again");
    Done second = sweepAll(new SpillSweeper(queue, objects, metrics, configuration(PAGE)));

    assertThat(first).isEqualTo(new Done(0, 1, 9));
    assertThat(second).isEqualTo(new Done(0, 1, 9));
    assertThat(fixture.received()).containsExactlyInAnyOrder("good", "good again");
    assertThat(objects.list("spill/", 20)).hasSize(9);
    assertThat(reasons()).containsExactly("not_text", "refused", "too_large");
  }

  @Test
  void aQueueThatGoesAwayInTheMiddleLeavesTheRestForTheNextRun() {
    IntStream.range(0, 3).forEach(number -> spill("a/" + number, "record " + number));
    List<String> sent = new ArrayList<>();
    CompletionQueue breaking =
        queueWith(
            message -> {
              if (sent.size() == 1) {
                throw new QueueUnavailableException("scripted", new IOException("scripted"));
              }
              queue.send(message, Duration.ofSeconds(5));
              sent.add(message);
            },
            false);

    Pass pass = new SpillSweeper(breaking, objects, metrics, configuration(10)).pass(LATER);

    assertThat(pass).isEqualTo(new Pass(new Done(0, 1, 1), false, true));
    assertThat(objects.list("spill/", 10)).containsExactly("spill/a/1", "spill/a/2");
    assertThat(reasons()).containsExactly("queue_away");
    assertThat(sweepAll(new SpillSweeper(queue, objects, metrics, configuration(10))))
        .isEqualTo(new Done(0, 2, 0));
    assertThat(fixture.received()).containsExactlyInAnyOrder("record 0", "record 1", "record 2");
  }

  /// The queue has it and the sweeper was told that it has not: it is sent twice, which is
  /// harmless.
  @Test
  void aRecordWhoseAcknowledgementWasLostIsSentAgain() {
    spill("a/1", "record");
    CompletionQueue silent =
        queueWith(
            message -> {
              queue.send(message, Duration.ofSeconds(5));
              throw new QueueUnavailableException("scripted", new IOException("scripted"));
            },
            true);

    assertThat(sweepAll(new SpillSweeper(silent, objects, metrics, configuration(10))))
        .isEqualTo(new Done(0, 0, 1));
    assertThat(sweepAll(new SpillSweeper(queue, objects, metrics, configuration(10))))
        .isEqualTo(new Done(0, 1, 0));

    assertThat(fixture.received()).containsExactly("record", "record");
  }

  @Test
  void anObjectIsDeletedOnlyAfterTheQueueHasItAndSentAgainWhenTheDeleteFails() {
    spill("a/1", "first");
    spill("a/2", "second");
    ObjectStore clinging = new FaultyObjects(objects, Set.of(), Set.of("spill/a/1"), List.of());

    Done done = sweepAll(new SpillSweeper(queue, clinging, metrics, configuration(10)));

    assertThat(done).isEqualTo(new Done(0, 1, 1));
    assertThat(reasons()).containsExactly("delete");
    assertThat(objects.list("spill/", 10)).containsExactly("spill/a/1");
    assertThat(sweepAll(new SpillSweeper(queue, objects, metrics, configuration(10))))
        .isEqualTo(new Done(0, 1, 0));
    assertThat(fixture.received()).containsExactlyInAnyOrder("first", "first", "second");
  }

  @Test
  void anObjectThatCannotBeReadStaysAndOneThatVanishedIsFine() {
    spill("a/1", "first");
    spill("a/2", "second");
    ObjectStore unreadable = new FaultyObjects(objects, Set.of("spill/a/1"), Set.of(), List.of());
    assertThat(sweepAll(new SpillSweeper(queue, unreadable, metrics, configuration(10))))
        .isEqualTo(new Done(0, 1, 1));
    assertThat(reasons()).containsExactly("read");

    ObjectStore stale = new FaultyObjects(objects, Set.of(), Set.of(), List.of("spill/b/vanished"));
    assertThat(sweepAll(new SpillSweeper(queue, stale, metrics, configuration(10))))
        .isEqualTo(new Done(0, 1, 0));
    assertThat(fixture.received()).containsExactlyInAnyOrder("first", "second");
  }

  @Test
  void aStoreThatDoesNotListIsAFaultOfTheDuty() {
    objects.put("a", new byte[1]);
    ObjectStore away = new DirectoryObjectStore(directory.resolve("a"));

    assertThatThrownBy(() -> new SpillSweeper(queue, away, metrics, configuration(10)).pass(LATER))
        .isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void twoSweepersTogetherSendEverythingAndLeaveNothing() {
    List<String> records = IntStream.range(0, 60).mapToObj(number -> "record " + number).toList();
    for (int i = 0; i < records.size(); i++) {
      spill("%02d/x".formatted(i), records.get(i));
    }

    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 2; i++) {
        var _ =
            executor.submit(
                () -> sweepAll(new SpillSweeper(queue, objects, metrics, configuration(7))));
      }
    }

    assertThat(new TreeSet<>(fixture.received())).containsExactlyInAnyOrderElementsOf(records);
    assertThat(objects.list("spill/", 10)).isEmpty();
  }

  private void spill(String name, String text) {
    objects.put("spill/" + name, text.getBytes(StandardCharsets.UTF_8));
  }

  private static Done sweepAll(SpillSweeper sweeper) {
    Done done = Done.NOTHING;
    Pass pass;
    do {
      pass = sweeper.pass(LATER);
      done = done.plus(pass.done());
    } while (pass.more());
    return done;
  }

  private Set<String> reasons() {
    Set<String> reasons = new TreeSet<>();
    metrics.snapshot().keySet().stream()
        .filter(key -> key.metric() == Metric.DAEMON_SPILL_FAILURES)
        .forEach(key -> reasons.add(key.labelValues().getFirst()));
    return reasons;
  }

  private static DaemonConfiguration configuration(int page) {
    Duration ten = Duration.ofSeconds(10);
    return new DaemonConfiguration(
        Duration.ofMinutes(20),
        500,
        Duration.ofSeconds(2),
        500,
        3,
        ten,
        ten,
        page,
        ten,
        ten,
        ten.multipliedBy(2),
        ten);
  }

  private CompletionQueue queueWith(Consumer<String> send, boolean reachable) {
    return new QueueOf((message, _) -> send.accept(message), queue.maxMessageBytes(), reachable);
  }

  /// A queue that takes what its sender takes.
  private record QueueOf(
      BiConsumer<String, Duration> sender, int maxMessageBytes, boolean isReachable)
      implements CompletionQueue {

    @Override
    public void send(String message, Duration within) {
      sender.accept(message, within);
    }
  }

  /// Objects of which some cannot be read, some cannot be deleted, and one is listed that is gone.
  private record FaultyObjects(
      ObjectStore real, Set<String> unreadable, Set<String> clinging, List<String> vanished)
      implements ObjectStore {

    @Override
    public void put(String name, byte[] bytes) {
      real.put(name, bytes);
    }

    @Override
    public Optional<byte[]> get(String name) {
      if (unreadable.contains(name)) {
        throw new UncheckedIOException("scripted", new IOException("scripted"));
      }
      return real.get(name);
    }

    @Override
    public List<String> list(String prefix, String after, int limit) {
      List<String> names = new ArrayList<>(real.list(prefix, after, limit));
      names.addAll(vanished);
      return names;
    }

    @Override
    public void delete(String name) {
      if (clinging.contains(name)) {
        throw new UncheckedIOException("scripted", new IOException("scripted"));
      }
      real.delete(name);
    }
  }
}
