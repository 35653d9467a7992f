package dev.sluice.upstream;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Connections between two calls, the last used first. There is no limit to their number: no more
/// are idle than were in use a moment ago. Safe for use by several threads.
final class IdleConnections {

  /// uvicorn, under vLLM and others, closes after 5 s of silence; a request sent just then is lost.
  static final Duration LONGEST_IDLE = Duration.ofSeconds(4);

  private final LongSupplier nanoClock;
  private final Map<Origin, ArrayDeque<Idle>> byOrigin = new HashMap<>();
  private boolean isClosed;

  private record Idle(UpstreamConnection connection, long sinceNanos) {}

  IdleConnections(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /// One that leads there; null when there is none. Closes all that were idle for too long, so that
  /// an upstream that is not called any more keeps no descriptors from others.
  synchronized @Nullable UpstreamConnection take(Origin origin) {
    long now = nanoClock.getAsLong();
    for (ArrayDeque<Idle> some : byOrigin.values()) {
      for (Idle oldest = some.peekLast(); isOld(oldest, now); oldest = some.peekLast()) {
        some.removeLast().connection.close();
      }
    }
    ArrayDeque<Idle> idle = byOrigin.get(origin);
    return idle == null || idle.isEmpty() ? null : idle.removeFirst().connection;
  }

  private static boolean isOld(@Nullable Idle idle, long now) {
    return idle != null && now - idle.sinceNanos > LONGEST_IDLE.toNanos();
  }

  /// Keeps it for another call, or closes it after [#close].
  synchronized void put(Origin origin, UpstreamConnection connection) {
    if (isClosed) {
      connection.close();
    } else {
      byOrigin
          .computeIfAbsent(origin, _ -> new ArrayDeque<>())
          .addFirst(new Idle(connection, nanoClock.getAsLong()));
    }
  }

  /// Closes all of them, and later those that are in use now.
  synchronized void close() {
    isClosed = true;
    byOrigin.values().forEach(some -> some.forEach(idle -> idle.connection.close()));
    byOrigin.clear();
  }
}
