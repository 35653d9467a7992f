package dev.sluice.daemon;

import dev.sluice.request.ResponseId;
import dev.sluice.upstream.Model;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a run holds: from the claim until the result is saved, so that neither calls nor results
/// are ever more than the slots. Safe for use by several threads.
final class HeldRequests {

  /// A model whose slots are free for so much of their number is worth a claim before its turn.
  private static final int PART = 8;

  private final int slots;
  private final Bell bell;
  private final Map<ResponseId, InFlight> held = new HashMap<>();
  private final Map<String, Integer> ofModel = new HashMap<>();
  private final Map<String, Integer> freed = new HashMap<>();

  /// @param bell rung when freed slots are worth a claim, and when nothing is left
  HeldRequests(int slots, Bell bell) {
    this.slots = slots;
    this.bell = bell;
  }

  synchronized void add(InFlight inFlight) {
    if (held.put(inFlight.id(), inFlight) != null) {
      throw new IllegalStateException("This run holds " + inFlight.id() + " already");
    }
    ofModel.merge(inFlight.model().alias(), 1, Integer::sum);
  }

  synchronized void removeAll(Collection<InFlight> gone) {
    boolean isWorthAClaim = false;
    for (InFlight inFlight : gone) {
      if (held.remove(inFlight.id(), inFlight)) {
        Model model = inFlight.model();
        ofModel.merge(model.alias(), -1, Integer::sum);
        int free = freed.merge(model.alias(), 1, Integer::sum);
        isWorthAClaim |= free >= Math.max(1, Math.min(slots, model.maxInFlight()) / PART);
      }
    }
    if (isWorthAClaim || held.isEmpty()) {
      bell.ring();
    }
  }

  /// Slots that were freed until now have been looked after.
  synchronized void claiming() {
    freed.clear();
  }

  synchronized Optional<InFlight> find(ResponseId id) {
    return Optional.ofNullable(held.get(id));
  }

  synchronized List<InFlight> all() {
    return List.copyOf(held.values());
  }

  synchronized int count() {
    return held.size();
  }

  synchronized int count(Model model) {
    @Nullable Integer count = ofModel.get(model.alias());
    return count == null ? 0 : count;
  }

  synchronized int free() {
    return slots - held.size();
  }

  synchronized boolean isEmpty() {
    return held.isEmpty();
  }
}
