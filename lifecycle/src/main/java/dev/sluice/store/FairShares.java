package dev.sluice.store;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/// How many rows each lane of one model and class may give.
///
/// Pure. The next row always comes from the lane whose row would be the first in its account, then
/// the second, and so on, counting those that are held already: an account with many rows waits for
/// one with few, and not the other way round.
final class FairShares {

  private FairShares() {}

  private record Next(Lane lane, long position) {

    static final Comparator<Next> ORDER =
        Comparator.comparingLong(Next::position).thenComparing(Next::lane, Lane.BY_DEADLINE);
  }

  /// Divides the room as if each lane had rows enough.
  ///
  /// @return the lanes that get something
  static Map<Lane, Integer> divide(int room, List<Lane> lanes) {
    PriorityQueue<Next> queue = new PriorityQueue<>(Next.ORDER);
    for (Lane lane : lanes) {
      queue.add(new Next(lane, lane.held() + 1));
    }
    Map<Lane, Integer> shares = new HashMap<>();
    for (int i = 0; i < room && !queue.isEmpty(); i++) {
      Next next = queue.remove();
      shares.merge(next.lane(), 1, Integer::sum);
      queue.add(new Next(next.lane(), next.position() + 1));
    }
    return shares;
  }
}
