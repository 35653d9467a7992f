package dev.sluice.telemetry;

import java.util.List;

/// The table of all metrics: name, unit and labels. What is not here cannot be counted, and a test
/// compares the table with what the suites emitted. Units are those of CloudWatch.
///
/// The dashboard and the alarms of the deployment, which may use no class of ours, are made from
/// `metrics.json`, which a test holds equal to it.
public enum Metric {
  GATEWAY_REQUESTS("gateway_requests", Unit.COUNT, "endpoint", "status"),
  GATEWAY_TIME_TO_FIRST_BYTE("gateway_time_to_first_byte", Unit.MILLISECONDS, "endpoint"),
  GATEWAY_OVERHEAD("gateway_overhead", Unit.MILLISECONDS, "endpoint"),
  UPSTREAM_LATENCY("upstream_latency", Unit.MILLISECONDS, "model", "status"),
  UPSTREAM_FALLBACKS("upstream_fallbacks", Unit.COUNT, "model", "reason"),
  CLIENT_DISCONNECTS("client_disconnects", Unit.COUNT, "endpoint"),
  REQUEST_BYTES("request_bytes", Unit.BYTES, "endpoint"),
  RESPONSE_BYTES("response_bytes", Unit.BYTES, "endpoint"),
  REQUESTS_ENQUEUED("requests_enqueued", Unit.COUNT, "tier"),
  FLEX_WAIT("flex_wait", Unit.MILLISECONDS, "endpoint"),
  SDK_RETRIES_JOINED("sdk_retries_joined", Unit.COUNT),
  INTERNAL_HEADERS_STRIPPED("internal_headers_stripped", Unit.COUNT),
  ENQUEUE_LATENCY("enqueue_latency", Unit.MILLISECONDS, "record"),
  ENQUEUE_FAILURES("enqueue_failures", Unit.COUNT, "record"),
  /// Each record that the queue took, by `record`: `started`, `finished`, or `swept` for one that
  /// was spilled before. With [#COMPLETION_RECORDS_STORED] and [#COMPLETION_QUARANTINED] it shows a
  /// loss: over a quarter of an hour it is never above their sum by more than what is under way. It
  /// may be below: a record that comes twice, because an answer was lost, is stored twice.
  RECORDS_ENQUEUED("records_enqueued", Unit.COUNT, "record"),
  RECORDS_SPILLED("records_spilled", Unit.COUNT, "record"),
  RECORDS_LOST("records_lost", Unit.COUNT, "record"),
  WAKE_FAILURES("wake_failures", Unit.COUNT),
  COMPLETION_BATCH_SIZE("completion_batch_size", Unit.COUNT),
  COMPLETION_FLUSH_TIME("completion_flush_time", Unit.MILLISECONDS),
  /// Each delivery of a record that is in its row after it, repeats included.
  COMPLETION_RECORDS_STORED("completion_records_stored", Unit.COUNT),
  COMPLETION_PARTIAL_FAILURES("completion_partial_failures", Unit.COUNT, "reason"),
  COMPLETION_QUARANTINED("completion_quarantined", Unit.COUNT, "reason"),
  COMPLETION_REDELIVERED("completion_redelivered", Unit.COUNT, "receive_count"),
  GATEWAY_LOST_REPAIRED("gateway_lost_repaired", Unit.COUNT),
  DAEMON_RUN_TIME("daemon_run_time", Unit.MILLISECONDS),
  DAEMON_GATEWAY_LOST("daemon_gateway_lost", Unit.COUNT),
  DAEMON_RESCUE_TOO_SLOW("daemon_rescue_too_slow", Unit.COUNT),
  DAEMON_SPILL_SWEPT("daemon_spill_swept", Unit.COUNT),
  DAEMON_SPILL_FAILURES("daemon_spill_failures", Unit.COUNT, "reason"),
  DAEMON_CLAIMS("daemon_claims", Unit.COUNT, "model"),
  DAEMON_IN_FLIGHT("daemon_in_flight", Unit.COUNT),
  DAEMON_CALLS("daemon_calls", Unit.COUNT, "model", "status"),
  DAEMON_RETRIES("daemon_retries", Unit.COUNT, "model", "reason"),
  DAEMON_RETRY_DENIED("daemon_retry_denied", Unit.COUNT, "model", "reason"),
  DAEMON_LEASE_EXPIRIES("daemon_lease_expiries", Unit.COUNT),
  DAEMON_DEADLINE_MARGIN("daemon_deadline_margin", Unit.MILLISECONDS),
  DAEMON_DRAINED("daemon_drained", Unit.COUNT),
  DAEMON_EXPIRED("daemon_expired", Unit.COUNT),
  DAEMON_STALE_RESULTS("daemon_stale_results", Unit.COUNT),
  DAEMON_RESULTS_LOST("daemon_results_lost", Unit.COUNT),
  DAEMON_IDLE_EXITS("daemon_idle_exits", Unit.COUNT),
  DAEMON_NEXT_RUNS("daemon_next_runs", Unit.COUNT),
  DAEMON_NEXT_RUN_FAILURES("daemon_next_run_failures", Unit.COUNT, "reason"),
  RETENTION_DELETED("retention_deleted", Unit.COUNT);

  /// Units with the words of CloudWatch's embedded metric format.
  public enum Unit {
    COUNT("Count"),
    MILLISECONDS("Milliseconds"),
    BYTES("Bytes");

    private final String text;

    Unit(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  private final String text;
  private final Unit unit;
  private final List<String> labels;

  Metric(String text, Unit unit, String... labels) {
    this.text = text;
    this.unit = unit;
    this.labels = List.of(labels);
  }

  public String text() {
    return text;
  }

  public Unit unit() {
    return unit;
  }

  /// The names of the labels, in the order in which values are given.
  public List<String> labels() {
    return labels;
  }
}
