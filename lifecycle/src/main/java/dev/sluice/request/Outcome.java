package dev.sluice.request;

/// How a call ended, as a record says it. `incomplete` is a completed request whose answer was cut
/// by a limit.
public enum Outcome {
  COMPLETED("completed"),
  INCOMPLETE("incomplete"),
  FAILED("failed");

  private final String text;

  Outcome(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }
}
