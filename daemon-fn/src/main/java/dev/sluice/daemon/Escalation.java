package dev.sluice.daemon;

import dev.sluice.request.Schedule;
import dev.sluice.upstream.Model;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Whom an attempt asks. Pure.
final class Escalation {

  private Escalation() {}

  /// With a deadline it is the first target of the alias, however often it fails, until the
  /// deadline is near: then all of them in turn, so that a first attempt that late asks the second.
  /// Without one the targets take turns from the first attempt on.
  ///
  /// @param schedule of the attempt, which counts itself
  /// @param before what is near
  static Model.Target target(Model model, Schedule schedule, Instant now, Duration before) {
    List<Model.Target> targets = model.targets();
    Instant deadline = schedule.deadline();
    if (deadline == null) {
      return targets.get((schedule.attempt() - 1) % targets.size());
    }
    return now.isBefore(deadline.minus(before))
        ? targets.getFirst()
        : targets.get(schedule.attempt() % targets.size());
  }
}
