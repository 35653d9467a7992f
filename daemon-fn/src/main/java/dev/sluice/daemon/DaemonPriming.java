package dev.sluice.daemon;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sluice.completion.CompletionQueue;
import dev.sluice.priming.Rehearsal;
import dev.sluice.request.DaemonRegistry;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.sandbox.Priming;
import dev.sluice.upstream.Model;
import dev.sluice.upstream.ModelCatalog;
import dev.sluice.upstream.UpstreamBody.Whole;
import dev.sluice.upstream.UpstreamCall;
import dev.sluice.upstream.UpstreamClient;
import dev.sluice.upstream.UpstreamRequest;
import dev.sluice.upstream.UpstreamResult.Answered;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;

/// The parts of a run: its entry and its end in the list of runs, a call of a model, a record for
/// the queue. A whole run would find a database without tables, and say so loudly.
final class DaemonPriming implements Priming {

  private static final UUID NOBODY = new UUID(0, 0);
  private static final Set<String> MODELS = Set.of(Rehearsal.MODEL);
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final byte[] WAKE =
      """
      {"Records":[{"messageId":"priming","body":"","eventSource":"aws:sqs"}]}
      """
          .getBytes(US_ASCII);
  private static final byte[] CHAT =
      """
      {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello"}]}
      """
          .getBytes(US_ASCII);

  @Override
  public void prime() throws IOException {
    try (Rehearsal rehearsal = Rehearsal.start();
        ApplicationContext context = rehearsal.equip(ApplicationContext.builder()).start()) {
      var _ = DaemonEvent.read(WAKE);
      var _ = context.getBean(DaemonRuns.class).next();
      for (int round = 0; round < Rehearsal.ROUNDS; round++) {
        enterAndLeave(context.getBean(DaemonRegistry.class));
        call(context);
        context.getBean(CompletionQueue.class).send("{}", LIMIT);
      }
    }
  }

  private static void enterAndLeave(DaemonRegistry runs) {
    var _ = runs.register(NOBODY, "priming", MODELS);
    var _ = runs.isAnotherFree(NOBODY, MODELS, LIMIT);
    var _ = runs.beat(NOBODY, 0);
    var _ = runs.stop(NOBODY, Done.NOTHING);
  }

  private static void call(ApplicationContext context) throws IOException {
    Model model = context.getBean(ModelCatalog.class).find(Rehearsal.MODEL).orElseThrow();
    UpstreamRequest request =
        new UpstreamRequest(
            model.targets().getFirst().upstream(),
            "/chat/completions",
            CHAT,
            true,
            "priming",
            null,
            LIMIT);
    try (UpstreamCall call = context.getBean(UpstreamClient.class).begin(request)) {
      if (!(call.result() instanceof Answered answered)
          || !(answered.body().readAll() instanceof Whole.Complete)) {
        throw new IOException("The model of the rehearsal did not answer");
      }
    }
  }
}
