package dev.sluice.daemon;

import dev.sluice.request.ClaimStore.Claims;
import dev.sluice.request.ClaimStore.Start;
import dev.sluice.request.ClaimStore.Started;
import dev.sluice.request.ClaimStore.Wanted;
import dev.sluice.request.ClaimStore.Work;
import dev.sluice.request.DaemonRegistry.Count;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import dev.sluice.request.Request.Claimed;
import dev.sluice.request.Request.Dispatched;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.telemetry.Metric;
import dev.sluice.upstream.Model;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes work for the free slots of a run, and has its calls begun. For use by one thread.
///
/// The free slots are shared among the models, since nobody knows how much waits of which. Models
/// that gave all they were asked for are asked again, for what the others left.
final class Claimer {

  private static final Logger LOG = LoggerFactory.getLogger(Claimer.class);

  /// The most rows of one claim, so that the first calls do not wait for the bodies of the last.
  private static final int PAGE = 100;

  /// What is tried to give back what was not started, before its lease does.
  private static final Duration GIVE_BACK = Duration.ofSeconds(5);

  private final RunPorts ports;
  private final CallConfiguration configuration;
  private final HeldRequests held;
  private final RetryBudget budget;
  private final Tally tally;
  private final BiConsumer<InFlight, Work> dispatch;
  private final List<Model> models;

  /// Those that are asked next.
  private List<Model> hungry;

  /// How many of them had their turn.
  private int asked;

  /// @param dispatch begins the call of a started request
  Claimer(
      RunPorts ports,
      CallConfiguration configuration,
      HeldRequests held,
      RetryBudget budget,
      Tally tally,
      BiConsumer<InFlight, Work> dispatch) {
    this.ports = ports;
    this.configuration = configuration;
    this.held = held;
    this.budget = budget;
    this.tally = tally;
    this.dispatch = dispatch;
    this.models = new ArrayList<>(ports.models().all());
    this.hungry = List.copyOf(models);
  }

  /// What came of a turn.
  ///
  /// @param claimed how many requests were taken
  /// @param asked how many models had their turn
  /// @param more whether another turn at once may give more
  record Turn(int claimed, int asked, boolean more) {

    static final Turn NOTHING = new Turn(0, 0, false);
  }

  /// Claims until there is something, or until every model was asked.
  ///
  /// @throws StoreUnavailableException when the database stays away
  Turn anything(Deadline end) {
    Turn turn = Turn.NOTHING;
    for (int asked = 0; asked < models.size(); asked += Math.max(1, turn.asked())) {
      turn = turn(end);
      if (turn.claimed() > 0) {
        return turn;
      }
    }
    return turn;
  }

  /// Claims once, and starts what it got. Takes at most the free slots, so that it does nothing
  /// when there are none.
  ///
  /// @param end after which nothing is asked again
  /// @throws StoreUnavailableException when the database stays away
  Turn turn(Deadline end) {
    held.claiming();
    List<Wanted> wanted = wanted();
    int seen = asked;
    if (wanted.isEmpty()) {
      hungry = List.copyOf(models);
      return new Turn(0, seen, false);
    }
    Deadline claimEnd = end.orSooner(configuration.lease());
    Claims claims =
        ports
            .insistence()
            .until(
                claimEnd,
                "claim",
                () -> ports.store().claim(ports.id(), wanted, configuration.lease()));
    ports.clock().heard(claims.now());
    List<Claimed> claimed = withoutHeld(claims.claimed(), end);
    report(claimed);
    start(claimed, end);
    return new Turn(claimed.size(), seen, next(wanted, claimed));
  }

  /// A request that this run still holds was taken from it when its lease had passed, and came
  /// back. Its call goes on for nobody: it is ended, and the request waits until that is over.
  private List<Claimed> withoutHeld(List<Claimed> claimed, Deadline end) {
    List<Claimed> fresh = new ArrayList<>();
    List<Claimed> again = new ArrayList<>();
    for (Claimed each : claimed) {
      Optional<InFlight> old = held.find(each.data().id());
      old.ifPresent(inFlight -> inFlight.abort(Cancellation.TAKEN_OVER));
      (old.isPresent() ? again : fresh).add(each);
    }
    giveBack(again, end);
    return fresh;
  }

  private List<Wanted> wanted() {
    int left = Math.min(held.free(), PAGE);
    int sharers = hungry.size();
    asked = 0;
    List<Wanted> wanted = new ArrayList<>();
    for (Model model : hungry) {
      if (left == 0) {
        break;
      }
      asked++;
      int share = Math.ceilDiv(left, sharers--);
      int free = Math.min(share, model.maxInFlight() - held.count(model));
      if (free > 0) {
        left -= free;
        // Whole for each model of the upstream: nobody knows yet which of them have something to
        // retry, and what one claim takes too much, the next ones have less.
        int retries = Math.min(free, budget.left(model));
        wanted.add(new Wanted(model.alias(), model.maxInFlight(), free, retries));
      }
    }
    if (hungry.size() == models.size()) {
      // Those that were not reached are the first of the next round, and else another one.
      Collections.rotate(models, asked == models.size() ? -1 : -asked);
    }
    return wanted;
  }

  /// Those that gave all come next, while there are slots for them; after that all.
  ///
  /// @return whether there are such
  private boolean next(List<Wanted> wanted, List<Claimed> claimed) {
    Map<String, Long> got =
        claimed.stream()
            .collect(Collectors.groupingBy(one -> one.data().model(), Collectors.counting()));
    Set<String> full =
        wanted.stream()
            .filter(each -> got.getOrDefault(each.model(), 0L) == each.free())
            .map(Wanted::model)
            .collect(Collectors.toSet());
    List<Model> again =
        hungry.stream()
            .filter(model -> full.contains(model.alias()))
            .filter(model -> held.count(model) < model.maxInFlight())
            .toList();
    if (again.isEmpty() || held.free() == 0) {
      hungry = List.copyOf(models);
      return false;
    }
    hungry = again;
    return true;
  }

  /// Whatever happens, nothing of this is held afterwards but what has its call.
  private void start(List<Claimed> claimed, Deadline end) {
    if (claimed.isEmpty()) {
      return;
    }
    Map<ResponseId, Claimed> left = new LinkedHashMap<>();
    claimed.forEach(each -> left.put(each.data().id(), each));
    Map<ResponseId, InFlight> starting = new LinkedHashMap<>();
    try {
      List<Start> starts = new ArrayList<>();
      for (Claimed each : claimed) {
        InFlight inFlight = planned(each);
        held.add(inFlight);
        starting.put(inFlight.id(), inFlight);
        Model.Target target = inFlight.target();
        starts.add(new Start(each, target.upstream().name(), target.model()));
      }
      Started started =
          ports
              .insistence()
              .until(
                  end.orSooner(configuration.lease()), "start", () -> ports.store().start(starts));
      ports.clock().heard(started.now());
      for (Work work : started.started()) {
        ResponseId id = work.request().data().id();
        InFlight inFlight = starting.get(id);
        if (inFlight != null) {
          inFlight.started(work.request());
          dispatch.accept(inFlight, work);
          var _ = starting.remove(id);
          var _ = left.remove(id);
        }
      }
    } finally {
      giveBack(List.copyOf(left.values()), end);
      held.removeAll(starting.values());
    }
  }

  private InFlight planned(Claimed claimed) {
    Model model =
        ports
            .models()
            .find(claimed.data().model())
            .orElseThrow(
                () -> new IllegalStateException("Nobody asked for " + claimed.data().model()));
    return new InFlight(
        claimed,
        model,
        Escalation.target(
            model, claimed.schedule(), ports.clock().instant(), configuration.escalateBefore()));
  }

  /// What was not started goes back. It may have been canceled meanwhile, which neither statement
  /// disturbs; or it was started by a statement whose answer got lost, and waits for a call that
  /// never comes, which draining ends. Nobody was called, so only attempts that were recorded end.
  /// When neither can be said, the leases say it.
  private void giveBack(List<Claimed> stale, Deadline end) {
    if (stale.isEmpty()) {
      return;
    }
    List<Dispatched> unsure =
        stale.stream().map(each -> each.start(ports.clock().instant())).toList();
    Deadline patience = end.orSooner(GIVE_BACK);
    try {
      var _ = ports.insistence().until(patience, "release", () -> ports.store().release(stale));
      var _ =
          ports.insistence().until(patience, "drain", () -> ports.store().drain(unsure, Map.of()));
      LOG.atInfo().addKeyValue("requests", stale.size()).log("Claimed requests were not started");
    } catch (RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("requests", stale.size())
          .setCause(e)
          .log("Claimed requests were not started; they come back when their leases end");
    }
  }

  private void report(List<Claimed> claimed) {
    if (claimed.isEmpty()) {
      return;
    }
    tally.add(Done.of(Count.CLAIMED, claimed.size()));
    claimed.stream()
        .collect(
            Collectors.groupingBy(each -> each.data().model(), TreeMap::new, Collectors.counting()))
        .forEach((model, count) ->
            ports.metrics().record(Metric.DAEMON_CLAIMS, count.doubleValue(), model));
  }
}
