package dev.sluice.call;

import dev.sluice.request.Chain;
import dev.sluice.request.ResponseId;
import java.util.UUID;

/// Where conversations are read. Safe for use by several threads.
@FunctionalInterface
public interface Conversations {

  /// As [dev.sluice.request.RequestStore#chain].
  Chain chain(UUID accountId, ResponseId head, int maxTurns, long maxBytes);
}
