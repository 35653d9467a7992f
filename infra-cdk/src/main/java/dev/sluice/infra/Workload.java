package dev.sluice.infra;

import java.time.Duration;

/// What a month brings, spread evenly, and what is assumed of it. The assumptions are inputs, not
/// measurements; what they decide most is said beside the printed table.
///
/// @param realtime calls that are answered at once
/// @param flex calls that are queued in the background and fetched once
record Workload(long realtime, long flex) {

  /// From the call of a model server to its end. The inference function waits for it and is billed.
  static final Duration MODEL_CALL = Duration.ofSeconds(4);

  /// What the gateway adds to a call, and what any other request takes.
  static final Duration GATEWAY = Duration.ofMillis(50);

  /// A batch in the completion function.
  static final Duration BATCH = Duration.ofMillis(50);

  /// A run of the daemon that finds nothing to do.
  static final Duration IDLE_RUN = Duration.ofMillis(300);

  /// `sluice.daemon.slots`: calls of one run at once. How many of them are in use while there is
  /// flex work, which comes in bulk.
  static final int SLOTS = 400;

  static final double SLOTS_IN_USE = 0.5;

  static final long REQUEST_BYTES = 8_000;
  static final long ANSWER_BYTES = 8_000;

  /// In the database, compressed, with its indexes.
  static final long STORED_BYTES = 10_000;

  /// Reads and writes of Aurora's storage.
  static final int STORAGE_ACCESSES = 12;

  /// A processor of the database; a capacity unit is a quarter of one.
  static final Duration DATABASE_PROCESSOR = Duration.ofMillis(5);

  /// Of all log groups together.
  static final long LOG_BYTES = 5_000;

  static final long LOG_BYTES_OF_IDLE_RUN = 2_000;

  /// Nothing at all.
  static final Workload IDLE = new Workload(0, 0);

  static final Workload MILLION_OF_EACH = new Workload(1_000_000, 1_000_000);

  long requests() {
    return realtime + flex;
  }

  /// Calls of the API: a flex request is sent and fetched.
  long apiCalls() {
    return realtime + 2 * flex;
  }

  /// Two for each call that is answered at once; what is queued becomes a row without the queue.
  long records() {
    return 2 * realtime;
  }

  boolean isIdle() {
    return requests() == 0;
  }
}
