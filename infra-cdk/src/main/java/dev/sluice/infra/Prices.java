package dev.sluice.infra;

import java.time.Duration;
import java.time.LocalDate;
import java.util.Map;

/// Prices of AWS in us-east-1, on demand, for arm64 where there is a choice, in US dollars. Free
/// tiers and discounts are left out. The one place where prices are.
final class Prices {

  /// When they were looked up.
  static final LocalDate DATE = LocalDate.of(2026, 11, 21);

  /// A month, as AWS reckons it.
  static final Duration MONTH = Duration.ofHours(730);

  private static final double MILLION = 1e6;

  static final double LAMBDA_GIGABYTE_SECOND = 0.0000133334;
  static final double LAMBDA_REQUEST = 0.20 / MILLION;

  /// AWS, "Improving startup performance with Lambda SnapStart": neither the cache nor a restore of
  /// a snapshot costs anything with the managed runtimes of Java. Those of Python and .NET pay
  /// 0.0000015046 a GB-second and 0.0001397998 a GB.
  static final double SNAPSHOT_CACHE_GIGABYTE_SECOND = 0;

  static final double SNAPSHOT_RESTORE_GIGABYTE = 0;

  /// A REST API; a streamed answer counts once for each 10 MB.
  static final double API_REQUEST = 3.50 / MILLION;

  /// A standard queue, for each 64 KB of a call.
  static final double QUEUE_UNIT = 0.40 / MILLION;

  static final double AURORA_CAPACITY_HOUR = 0.12;
  static final double AURORA_STORAGE_GIGABYTE = 0.10;
  static final double AURORA_IO = 0.20 / MILLION;

  /// PostgreSQL in one zone, by class without `db.`; two zones cost twice as much.
  static final Map<String, Double> INSTANCE_HOUR =
      Map.of("t4g.micro", 0.016, "t4g.small", 0.032, "t4g.medium", 0.065, "t4g.large", 0.129);

  static final double INSTANCE_STORAGE_GIGABYTE = 0.115;

  /// t4g.nano with a root volume of 8 GB.
  static final double NAT_INSTANCE_HOUR = 0.0042 + 8 * 0.08 / MONTH.toHours();

  static final double NAT_GATEWAY_HOUR = 0.045;
  static final double NAT_GATEWAY_GIGABYTE = 0.045;
  static final double PUBLIC_ADDRESS_HOUR = 0.005;
  static final double INTERNET_GIGABYTE = 0.09;

  static final double SECRET = 0.40;
  static final double KEY = 1;

  static final double FIREWALL = 5;
  static final double FIREWALL_RULE = 1;
  static final double FIREWALL_REQUEST = 0.60 / MILLION;

  static final double LOG_GIGABYTE = 0.50;
  static final double LOG_STORAGE_GIGABYTE = 0.03;
  static final double METRIC = 0.30;
  static final double ALARM_METRIC = 0.10;
  static final double DASHBOARD = 3;
  static final double TRACE = 5.00 / MILLION;

  static final double SCHEDULED_RUN = 1.00 / MILLION;

  /// Fargate on arm64.
  static final double TASK_PROCESSOR_HOUR = 0.03238;

  static final double TASK_GIGABYTE_HOUR = 0.00356;
  static final double LOAD_BALANCER_HOUR = 0.0225;
  static final double LOAD_BALANCER_UNIT_HOUR = 0.008;

  private Prices() {}
}
