package dev.sluice.daemon;

/// Why a run ends a call of its own.
enum Cancellation {
  /// The owner does not want the request any more.
  CANCELED("canceled"),
  /// The lease was lost, and another run has the request.
  TAKEN_OVER("taken_over"),
  /// This run stops; the request goes back to the queue.
  DRAINED("drained");

  private final String label;

  Cancellation(String label) {
    this.label = label;
  }

  /// The stable word of attempts and logs.
  String label() {
    return label;
  }
}
