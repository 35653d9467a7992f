package dev.sluice.call;

import dev.sluice.request.Pause;
import dev.sluice.telemetry.Metrics;
import dev.sluice.translate.Translator;
import java.time.InstantSource;

/// Makes the upstream calls of one run of the daemon. Safe for use by several threads.
@FunctionalInterface
public interface QueuedCallsFactory {

  /// @param clock says when answers end; it is asked by the threads of all calls at once
  QueuedCalls with(InstantSource clock);

  /// Over the same engine, translations and judgements as the realtime path.
  static QueuedCallsFactory of(
      Conversations conversations,
      ModelInput input,
      Translator translator,
      Upstreams upstreams,
      Metrics metrics) {
    QueuedInput queued = new QueuedInput(conversations, input, Pause.ofThread());
    return clock -> new UpstreamQueuedCalls(queued, translator, upstreams, metrics, clock);
  }
}
