package dev.sluice.local;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.emulators.BatchFunction;
import dev.sluice.telemetry.MetricSeries;

/// The functions of the product, as the parts of the stack call them: all in this process, or each
/// in processes of its own.
interface Functions extends AutoCloseable {

  /// The functions' names, in contexts, logs and `dev.json`.
  String INFERENCE = "gateway-inference";

  String API = "gateway-api";

  String COMPLETION = "completion";

  String DAEMON = "daemon";

  /// Streams its answer.
  RequestStreamHandler inference();

  /// Takes the proxy event and gives the proxy response as JSON.
  RequestStreamHandler api();

  BatchFunction completion();

  /// Takes the scheduler's tick.
  RequestStreamHandler daemon();

  /// What the functions counted.
  MetricSeries metrics();

  @Override
  void close();
}
