package dev.sluice.local;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.emulators.BatchFunction;
import dev.sluice.telemetry.MetricSeries;
import java.time.Duration;

/// The functions of the product, as the parts of the stack call them: all in this process, or each
/// in processes of its own.
interface Functions extends AutoCloseable {

  /// The functions' names, in contexts, logs and `dev.json`.
  String INFERENCE = "gateway-inference";

  String API = "gateway-api";

  String COMPLETION = "completion";

  String DAEMON = "daemon";

  /// What a run of the daemon is told that it has, as on AWS.
  Duration DAEMON_LIMIT = Duration.ofMinutes(15);

  /// Streams its answer.
  RequestStreamHandler inference();

  /// Takes the proxy event and gives the proxy response as JSON.
  RequestStreamHandler api();

  BatchFunction completion();

  /// Takes the scheduler's tick, and batches of the wake queue.
  RequestStreamHandler daemon();

  /// What the functions counted.
  MetricSeries metrics();

  @Override
  void close();
}
