package dev.sluice.emulators;

/// How the processes of a function come to be ready for their first invocation.
public enum Initialization {

  /// The function starts and asks for its first invocation.
  ON_DEMAND("on-demand"),

  /// The function starts and asks to be restored, as a snapshot of it would be stored then; once it
  /// has been let go on, it asks for its first invocation.
  SNAP_START("snap-start");

  private final String text;

  Initialization(String text) {
    this.text = text;
  }

  /// The value of `AWS_LAMBDA_INITIALIZATION_TYPE`.
  String text() {
    return text;
  }
}
