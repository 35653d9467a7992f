package dev.sluice.call;

import dev.sluice.request.ClaimStore.Work;
import dev.sluice.upstream.Model;
import java.time.Duration;

/// Makes the upstream calls of queued requests. Safe for use by several threads.
public interface QueuedCalls {

  /// The call of a started request. Nothing happens before it is run.
  ///
  /// @param planned who is asked, unless its protocol cannot express the request and that of
  ///   another target of the model can
  /// @param total how long the call may take at most, within the limits of the upstream
  QueuedCall of(Work work, Model model, Model.Target planned, Duration total);
}
