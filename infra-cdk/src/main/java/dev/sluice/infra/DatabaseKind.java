package dev.sluice.infra;

/// Which PostgreSQL of Amazon RDS holds the data.
public enum DatabaseKind {
  /// Pay per second of capacity; pauses when its least capacity is zero and nobody is connected.
  AURORA_SERVERLESS("aurora-serverless"),
  /// One instance that is always on.
  RDS_INSTANCE("rds-instance");

  private final String text;

  DatabaseKind(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }
}
