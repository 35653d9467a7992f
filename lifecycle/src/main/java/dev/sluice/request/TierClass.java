package dev.sluice.request;

/// In which order the daemon takes queued work, the first class first.
public enum TierClass {
  /// Somebody waits for it: background responses of the default and priority tiers.
  PRIORITY(0),
  /// Flex and batch work, by deadline.
  DEADLINE(1),
  /// Only when nothing else of its model is due.
  BACKGROUND(2);

  private final int rank;

  TierClass(int rank) {
    this.rank = rank;
  }

  /// The number in the database.
  public int rank() {
    return rank;
  }

  public static TierClass of(ServiceTier tier) {
    return switch (tier) {
      case DEFAULT, PRIORITY -> PRIORITY;
      case FLEX -> DEADLINE;
      case BACKGROUND -> BACKGROUND;
    };
  }
}
