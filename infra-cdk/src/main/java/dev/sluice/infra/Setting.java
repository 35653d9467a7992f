package dev.sluice.infra;

import java.util.Arrays;
import java.util.Optional;

/// The table of the values that a deployment may be given, as `-c key=value` or in the `context` of
/// `cdk.json`. What is not given has its default; what is given and not known is refused.
public enum Setting {
  PROFILE("profile", "dev", "`dev` scales to zero, `prod` is there to be relied on"),
  DATABASE(
      "database", "aurora-serverless", "`aurora-serverless`, or `rds-instance` (never pauses)"),
  EGRESS(
      "egress",
      "dev: nat-instance, prod: nat-gateway",
      "the way to model servers; `ipv6` is free, but reaches only servers that have IPv6"),
  MODELS("models", "infra-cdk/models.yaml", "path of the models file, from the repository"),
  ARTIFACTS(
      "artifacts", "the repository", "directory with `<module>/target/<module>-lambda.zip` in it"),
  ALARM_EMAIL("alarm-email", "nobody", "who is written to when an alarm goes off"),
  MIN_ACU("min-acu", "dev: 0, prod: 1", "Aurora's least capacity, in halves; 0 pauses when idle"),
  MAX_ACU("max-acu", "dev: 2, prod: 16", "Aurora's most capacity, in halves"),
  INSTANCE_CLASS(
      "instance-class", "dev: t4g.micro, prod: t4g.medium", "of `rds-instance`, without `db.`"),
  MAX_CONNECTIONS("max-connections", "dev: 100, prod: 400", "that the database takes in all"),
  GATEWAY_CONNECTIONS(
      "gateway-connections", "dev: 50, prod: 200", "of them for both gateway functions together"),
  GATEWAY_MEMORY("gateway-memory", "1024", "MB of each gateway function"),
  DAEMON_MEMORY("daemon-memory", "2048", "MB of the daemon, for up to 400 calls at once"),
  LOG_RETENTION_DAYS("log-retention-days", "dev: 7, prod: 30", "how long logs are kept");

  private final String key;
  private final String byDefault;
  private final String meaning;

  Setting(String key, String byDefault, String meaning) {
    this.key = key;
    this.byDefault = byDefault;
    this.meaning = meaning;
  }

  public String key() {
    return key;
  }

  /// The default, for people to read.
  public String byDefault() {
    return byDefault;
  }

  public String meaning() {
    return meaning;
  }

  static Optional<Setting> of(String key) {
    return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
  }
}
