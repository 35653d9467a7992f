package dev.sluice.call;

import dev.sluice.request.ClaimStore.Work;
import dev.sluice.telemetry.Metrics;
import dev.sluice.translate.ClientCall;
import dev.sluice.translate.Translation;
import dev.sluice.translate.Translator;
import dev.sluice.translate.UntranslatableException;
import dev.sluice.upstream.Model;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// The upstream calls of one run, by the same rules as those of the realtime path.
///
/// @param clock that of the run, safe for use by several threads
record UpstreamQueuedCalls(
    QueuedInput input,
    Translator translator,
    Upstreams upstreams,
    Metrics metrics,
    InstantSource clock)
    implements QueuedCalls {

  @Override
  public QueuedCall of(Work work, Model model, Model.Target planned, Duration total) {
    return new UpstreamQueuedCall(this, work, targets(model, planned), total);
  }

  /// The planned one, and then the others in their order.
  private static List<Model.Target> targets(Model model, Model.Target planned) {
    List<Model.Target> targets = new ArrayList<>(model.targets());
    targets.remove(planned);
    targets.addFirst(planned);
    return List.copyOf(targets);
  }

  /// Who is asked, for what, and how.
  ///
  /// @param call as it is put to this target
  record Route(Model.Target target, ClientCall call, Translation translation) {}

  /// The first of these targets whose protocol can express the call.
  ///
  /// @throws UntranslatableException that of the first, when none can
  Route route(ClientCall call, List<Model.Target> targets) {
    List<UntranslatableException> refusals = new ArrayList<>();
    for (Model.Target target : targets) {
      try {
        ClientCall asked = target.upstream().streams() ? call : call.whole();
        return new Route(target, asked, translator.of(asked, target));
      } catch (UntranslatableException e) {
        refusals.add(e); // The next target may speak a protocol that can.
      }
    }
    throw refusals.getFirst();
  }
}
