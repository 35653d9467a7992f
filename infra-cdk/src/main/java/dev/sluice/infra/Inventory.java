package dev.sluice.infra;

/// What is paid by the piece, and what it is compared with. Tests count the pieces in the
/// templates.
final class Inventory {

  /// The key of ids, the peppers, the admin key, the database's master user, and one key of a model
  /// server.
  static final int SECRETS = 5;

  /// Keys of KMS: that of the alarms' topic.
  static final int KEYS = 1;

  /// Series of our own metrics. A run that finds nothing to do writes two; with traffic there are
  /// all of the table without labels, and at least as many with those of a few models.
  static final int IDLE_METRICS = 2;

  static final int METRICS = 100;

  /// Metrics that alarms read.
  static final int ALARM_METRICS = 28;

  /// The service of the comparison: two tasks, for two zones, of one processor and 2 GB each.
  static final int TASKS = 2;

  static final int TASK_PROCESSORS = 1;
  static final int TASK_GIGABYTES = 2;

  /// Public addresses of a load balancer, one in each zone.
  static final int LOAD_BALANCER_ADDRESSES = 2;

  private Inventory() {}
}
