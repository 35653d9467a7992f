package dev.sluice.daemon;

import dev.sluice.completion.CompletionQueue;
import dev.sluice.completion.CompletionRecorder;
import dev.sluice.completion.ObjectStore;
import dev.sluice.completion.QueueUnavailableException;
import dev.sluice.request.DaemonRegistry.Count;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings spilled records back to the completions queue: lists a page, sends, and only then
/// deletes.
///
/// What cannot be sent stays, is told, and is passed over, so that it blocks nothing behind it. A
/// record that is sent twice, by two runs or because the delete failed, is harmless. What lies
/// there is sent as it is: the completion function knows what to do with a text that is no record.
final class SpillSweeper implements Duty {

  private static final Logger LOG = LoggerFactory.getLogger(SpillSweeper.class);
  private static final Duration LONGEST_SEND = Duration.ofSeconds(5);

  /// What a send has at least, also when the time of the pass is over: what was read is not read in
  /// vain.
  private static final Duration SHORTEST_SEND = Duration.ofSeconds(1);

  private final CompletionQueue queue;
  private final ObjectStore objects;
  private final Metrics metrics;
  private final DaemonConfiguration configuration;

  /// The last name that this run has dealt with; empty at its beginning.
  private String after = "";

  SpillSweeper(
      CompletionQueue queue,
      ObjectStore objects,
      Metrics metrics,
      DaemonConfiguration configuration) {
    this.queue = queue;
    this.objects = objects;
    this.metrics = metrics;
    this.configuration = configuration;
  }

  /// What became of one object.
  private sealed interface Swept {

    record Sent() implements Swept {}

    /// Another run was faster, or the owner deleted the response.
    record Gone() implements Swept {}

    /// @param reason the label of the metric
    record Stays(String reason, @Nullable RuntimeException cause) implements Swept {}

    /// Nothing can be sent now.
    record QueueAway(QueueUnavailableException cause) implements Swept {}
  }

  /// The first of the objects of a pass that stay, for the log.
  private record Trouble(String name, String reason, @Nullable RuntimeException cause) {}

  @Override
  public String name() {
    return "spill_sweep";
  }

  /// @throws UncheckedIOException when the object store does not list
  @Override
  public Pass pass(Deadline end) {
    Deadline until = end.orSooner(configuration.sweepTime());
    List<String> names =
        objects.list(CompletionRecorder.SPILL_PREFIX, after, configuration.sweepPage());
    boolean more = names.size() == configuration.sweepPage();
    int sent = 0;
    int stayed = 0;
    @Nullable Trouble trouble = null;
    for (String name : names) {
      if (until.hasPassed()) {
        more = true;
        break;
      }
      Swept swept = sweep(name, until);
      after = name;
      switch (swept) {
        case Swept.Sent _ -> sent++;
        case Swept.Gone _ -> {}
        case Swept.Stays(String reason, var cause) -> {
          stayed++;
          metrics.count(Metric.DAEMON_SPILL_FAILURES, reason);
          trouble = trouble == null ? new Trouble(name, reason, cause) : trouble;
        }
        case Swept.QueueAway(var cause) -> {
          metrics.count(Metric.DAEMON_SPILL_FAILURES, "queue_away");
          report(sent, stayed + 1, new Trouble(name, "queue_away", cause));
          return new Pass(done(sent, stayed + 1), false, true);
        }
      }
    }
    report(sent, stayed, trouble);
    return new Pass(done(sent, stayed), more);
  }

  private static Done done(int sent, int stayed) {
    return Done.of(Count.SPILLS_SWEPT, sent).plus(Done.of(Count.SPILLS_FAILED, stayed));
  }

  private Swept sweep(String name, Deadline until) {
    try {
      Optional<byte[]> bytes = objects.get(name);
      return bytes.isEmpty() ? new Swept.Gone() : send(name, bytes.get(), until);
    } catch (UncheckedIOException e) {
      return new Swept.Stays("read", e);
    }
  }

  private Swept send(String name, byte[] bytes, Deadline until) {
    if (bytes.length > queue.maxMessageBytes()) {
      return new Swept.Stays("too_large", null);
    }
    Optional<String> text = text(bytes);
    if (text.isEmpty()) {
      return new Swept.Stays("not_text", null);
    }
    try {
      queue.send(text.get(), time(until));
      // The completion function will count it as stored, so it is counted here as sent.
      metrics.count(Metric.RECORDS_ENQUEUED, "swept");
    } catch (QueueUnavailableException e) {
      return queue.isReachable() ? new Swept.Stays("refused", e) : new Swept.QueueAway(e);
    }
    try {
      objects.delete(name);
    } catch (UncheckedIOException e) {
      return new Swept.Stays("delete", e);
    }
    return new Swept.Sent();
  }

  private static Duration time(Deadline until) {
    Duration left = until.atMost(LONGEST_SEND);
    return left.compareTo(SHORTEST_SEND) < 0 ? SHORTEST_SEND : left;
  }

  /// The same text that was spilled; empty when a queue could not carry these bytes.
  private static Optional<String> text(byte[] bytes) {
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)))
          .map(Object::toString)
          .filter(text -> !text.isEmpty());
    } catch (CharacterCodingException _) {
      return Optional.empty(); // Told by the caller, as an object that stays.
    }
  }

  private void report(int sent, int stayed, @Nullable Trouble trouble) {
    if (sent > 0) {
      metrics.record(Metric.DAEMON_SPILL_SWEPT, sent);
      LOG.atInfo().addKeyValue("records", sent).log("Spilled records are on the queue again");
    }
    if (trouble != null) {
      LOG.atWarn()
          .addKeyValue("records", stayed)
          .addKeyValue("first", trouble.name())
          .addKeyValue("reason", trouble.reason())
          .setCause(trouble.cause())
          .log("Spilled records could not be brought back and stay for the next run");
    }
  }
}
