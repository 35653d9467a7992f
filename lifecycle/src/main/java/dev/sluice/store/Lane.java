package dev.sluice.store;

import dev.sluice.request.TierClass;
import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The due rows of one account for one model and class, which a claim takes from the front.
///
/// @param tierClass the rank of a [TierClass]
/// @param held rows of the account that runs hold for the model
/// @param deadline of its first row; null for none
/// @param fresh null when all of its rows were put back
/// @param delayed whether rows that were put back are among them
record Lane(
    String model,
    int tierClass,
    UUID accountId,
    long held,
    @Nullable Instant deadline,
    @Nullable Head fresh,
    boolean delayed) {

  /// The first row that was never put back.
  ///
  /// @param deadline null for none
  record Head(@Nullable Instant deadline, UUID id) {}

  /// Among lanes whose next rows are in the same position.
  static final Comparator<Lane> BY_DEADLINE =
      Comparator.comparing((Lane lane) -> lane.deadline() == null ? Instant.MAX : lane.deadline())
          .thenComparing(lane -> lane.accountId().toString());

  Lane alsoHeld(long more) {
    return new Lane(model, tierClass, accountId, held + more, deadline, fresh, delayed);
  }
}
