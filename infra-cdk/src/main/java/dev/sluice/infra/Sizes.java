package dev.sluice.infra;

import java.time.Duration;

/// What a deployment is made of, in numbers: the one place that stacks, tests and the cost
/// calculator take them from.
///
/// @param inference the gateway function of model calls, streamed
/// @param api the gateway function of everything else
/// @param completion turns records into rows
/// @param daemon calls what is queued
/// @param migration brings the database to the newest schema, once per deployment
/// @param completions how the completion function takes from its queue
/// @param wakes how the daemon takes from its queue
/// @param database its capacity and its connections
/// @param tick how often the daemon is started without being woken
/// @param zones availability zones in use
/// @param natGateways with the egress `nat-gateway`
/// @param logRetentionDays of every log group
public record Sizes(
    FunctionSize inference,
    FunctionSize api,
    FunctionSize completion,
    FunctionSize daemon,
    FunctionSize migration,
    BatchSize completions,
    BatchSize wakes,
    DatabaseSize database,
    Duration tick,
    int zones,
    int natGateways,
    int logRetentionDays) {

  /// A function.
  ///
  /// @param memoryMegabytes which also decides its share of a processor: 1,769 MB are one
  /// @param timeout of one invocation
  /// @param pool connections to the database of one sandbox
  /// @param reserved sandboxes at once, kept for it; 0 = as many as the account allows
  public record FunctionSize(int memoryMegabytes, Duration timeout, int pool, int reserved) {

    public FunctionSize {
      if (memoryMegabytes < 512 || memoryMegabytes > 10_240) {
        throw new IllegalArgumentException(
            "A function has 512 to 10240 MB, not " + memoryMegabytes);
      }
    }

    FunctionSize withMemory(int megabytes) {
      return new FunctionSize(megabytes, timeout, pool, reserved);
    }
  }

  /// How a function takes messages from a queue.
  ///
  /// @param records of one batch at most
  /// @param window how long a batch may wait for more
  /// @param maxConcurrency batches at once
  /// @param maxReceives after which a message goes to the dead-letter queue
  /// @param retention how long the queue keeps a message that nobody takes
  public record BatchSize(
      int records, Duration window, int maxConcurrency, int maxReceives, Duration retention) {

    /// How long a message that was taken is hidden from others: AWS's rule for event sources, six
    /// times the function's time-out and the window, in whole five seconds, so that throttled
    /// batches are tried again before they count as received. What a failed wake waits for that
    /// long, the next tick finds.
    public Duration visibility(FunctionSize consumer) {
      long seconds = consumer.timeout().multipliedBy(6).plus(window).toSeconds();
      return Duration.ofSeconds(Math.ceilDiv(seconds, 5) * 5);
    }
  }

  /// The database.
  ///
  /// @param minCapacity of Aurora, in capacity units; 0 pauses
  /// @param maxCapacity of Aurora
  /// @param pauseAfter how long nobody must be connected before it pauses
  /// @param instances writers and readers of Aurora: the second takes over when the first is lost
  /// @param instanceClass of an RDS instance, without `db.`
  /// @param storageGigabytes of an RDS instance
  /// @param backupDays how far back it can be restored
  /// @param maxConnections that it takes in all
  /// @param gatewayConnections of them for the gateways' role, by its connection limit
  public record DatabaseSize(
      double minCapacity,
      double maxCapacity,
      Duration pauseAfter,
      int instances,
      String instanceClass,
      int storageGigabytes,
      int backupDays,
      int maxConnections,
      int gatewayConnections) {

    public DatabaseSize {
      if (isNoHalf(minCapacity) || minCapacity < 0) {
        throw new IllegalArgumentException("min-acu is 0, 0.5, 1, 1.5, … not " + minCapacity);
      }
      if (isNoHalf(maxCapacity) || maxCapacity < Math.max(1, minCapacity) || maxCapacity > 256) {
        throw new IllegalArgumentException(
            "max-acu is 1 to 256 in halves and not below min-acu, not " + maxCapacity);
      }
    }

    private static boolean isNoHalf(double capacity) {
      return capacity * 2 != Math.rint(capacity * 2);
    }

    /// True when it costs nothing but its storage while nobody is connected.
    public boolean pauses() {
      return minCapacity == 0;
    }
  }

  /// The part of all connections that may be planned for; the rest is for people, for the
  /// migration, and for sandboxes that overlap at a deployment.
  private static final double PLANNED = 0.8;

  public Sizes {
    int most = (int) Math.floor(PLANNED * database.maxConnections());
    int planned =
        completions.maxConcurrency() * completion.pool()
            + daemon.reserved() * daemon.pool()
            + database.gatewayConnections();
    if (planned > most) {
      throw new IllegalArgumentException(
          "completion, daemon and gateway-connections make %d connections; of max-connections=%d at most %d may be planned"
              .formatted(planned, database.maxConnections(), most));
    }
  }

  /// The sizes that a profile has by default.
  public static Sizes of(Profile profile) {
    return switch (profile) {
      case DEV -> small();
      case PROD -> large();
    };
  }

  private static final FunctionSize INFERENCE =
      new FunctionSize(1_024, Duration.ofMinutes(15), 1, 0);
  private static final FunctionSize API = new FunctionSize(1_024, Duration.ofSeconds(29), 1, 0);
  private static final FunctionSize COMPLETION =
      new FunctionSize(1_024, Duration.ofSeconds(60), 1, 0);
  private static final FunctionSize DAEMON = new FunctionSize(2_048, Duration.ofMinutes(15), 4, 4);
  private static final FunctionSize MIGRATION =
      new FunctionSize(1_024, Duration.ofMinutes(10), 2, 0);

  private static final BatchSize COMPLETIONS =
      new BatchSize(100, Duration.ofSeconds(1), 5, 100, Duration.ofDays(4));
  private static final BatchSize WAKES =
      new BatchSize(100, Duration.ofSeconds(1), 2, 5, Duration.ofDays(1));

  private static Sizes small() {
    return new Sizes(
        INFERENCE,
        API,
        COMPLETION,
        DAEMON,
        MIGRATION,
        COMPLETIONS,
        WAKES,
        new DatabaseSize(0, 2, Duration.ofMinutes(5), 1, "t4g.micro", 20, 1, 100, 50),
        Duration.ofHours(1),
        2,
        1,
        7);
  }

  private static Sizes large() {
    return new Sizes(
        INFERENCE,
        API,
        COMPLETION,
        DAEMON,
        MIGRATION,
        COMPLETIONS,
        WAKES,
        new DatabaseSize(1, 16, Duration.ofMinutes(5), 2, "t4g.medium", 50, 14, 400, 200),
        Duration.ofMinutes(1),
        2,
        2,
        30);
  }
}
