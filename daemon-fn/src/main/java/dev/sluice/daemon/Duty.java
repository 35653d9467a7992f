package dev.sluice.daemon;

import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;

/// Something that a run looks after, in bounded passes. One object serves one run and remembers how
/// far that got.
interface Duty {

  /// For the log.
  String name();

  /// Does a bounded part of the work. Whatever it throws ends this duty for this run, but not the
  /// others; the next run begins again.
  ///
  /// @param end when the run must stop; a pass that has begun may go on for a moment
  Pass pass(Deadline end);

  /// What a pass did.
  ///
  /// @param more true when another pass may find something
  /// @param isHeldUp true when work stays because something else is away, so that a run that comes
  ///   soon may do it
  record Pass(Done done, boolean more, boolean isHeldUp) {

    Pass(Done done, boolean more) {
      this(done, more, false);
    }
  }
}
