package dev.sluice.local;

import dev.sluice.emulators.Signal;
import dev.sluice.emulators.UnixSignal;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Kills functions of a stack in fork mode at random moments. For use by one thread.
final class Killer {

  /// How often each function is hit, in parts of ten: most often those that hold records.
  private static final List<String> REALTIME =
      List.of(
          Functions.INFERENCE,
          Functions.INFERENCE,
          Functions.INFERENCE,
          Functions.INFERENCE,
          Functions.INFERENCE,
          Functions.COMPLETION,
          Functions.COMPLETION,
          Functions.COMPLETION,
          Functions.COMPLETION,
          Functions.API);

  private static final long LONGEST_WAIT_NANOS = 50_000_000;

  private final DevStack stack;
  private final RandomGenerator random;
  private final List<String> victims;
  private final Map<String, Integer> kills = new TreeMap<>();

  /// A killer of those that serve realtime calls.
  Killer(DevStack stack, RandomGenerator random) {
    this(stack, random, REALTIME);
  }

  /// @param victims functions, each named as often as it is to be hit
  Killer(DevStack stack, RandomGenerator random, List<String> victims) {
    this.stack = stack;
    this.random = random;
    this.victims = victims;
  }

  /// After a moment of random length sends SIGKILL to a process of a random function, whatever it
  /// is doing; to nobody when that function has none just now.
  void kill() {
    String function = victims.get(random.nextInt(victims.size()));
    // Never fires: what counts is that the moment has nothing to do with the calls.
    var _ = new Signal().firedWithin(Duration.ofNanos(random.nextLong(LONGEST_WAIT_NANOS)));
    List<Long> living = pids(stack, function);
    if (!living.isEmpty()) {
      long victim = living.get(random.nextInt(living.size()));
      if (ProcessHandle.of(victim).map(UnixSignal.KILL::send).orElse(false)) {
        kills.merge(function, 1, Integer::sum);
      }
    }
  }

  /// The processes of a function that are known to live now.
  static List<Long> pids(DevStack stack, String function) {
    return stack.description().object("processes").orElse(JsonObject.EMPTY).items(function).stream()
        .map(pid -> pid.asLong().orElseThrow())
        .toList();
  }

  /// How many processes of each function were killed.
  Map<String, Integer> kills() {
    return Map.copyOf(kills);
  }

  int total() {
    return kills.values().stream().mapToInt(Integer::intValue).sum();
  }
}
