package dev.sluice.store;

import dev.sluice.request.ClaimStore.Claims;
import dev.sluice.request.ClaimStore.Wanted;
import dev.sluice.request.Request.Claimed;
import dev.sluice.store.ClaimStatements.Held;
import dev.sluice.store.ClaimStatements.Share;
import dev.sluice.store.ClaimStatements.Taken;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/// One claim inside a transaction that somebody else begins and commits. Not safe for use by
/// several threads; used once.
///
/// Each round divides a model's room among the lanes of its first class that still has some, and
/// takes what they have of it. A lane that gave less than its share is empty, and the room that it
/// left goes to others in the next round. So the rounds are as many as there are classes, and one
/// more for each time that short lanes end; those beyond the limit are left to the next claim.
final class ClaimTransaction {

  private static final int MAX_ROUNDS = 8;

  private final Connection connection;
  private final UUID daemonId;
  private final Duration lease;
  private final Map<String, Room> rooms = new HashMap<>();
  private final List<Claimed> claimed = new ArrayList<>();

  ClaimTransaction(Connection connection, UUID daemonId, Duration lease) {
    this.connection = connection;
    this.daemonId = daemonId;
    this.lease = lease;
  }

  /// What may still be taken of a model.
  private record Room(int rows, int retries) {

    Room less(List<Taken> taken) {
      long again = taken.stream().filter(Taken::wasPutBack).count();
      return new Room(rows - taken.size(), retries - Math.toIntExact(again));
    }
  }

  Claims run(List<Wanted> wanted) throws SQLException {
    List<String> models = wanted.stream().map(Wanted::model).toList();
    ClaimStatements.lockModels(connection, models);
    Map<Held, Long> held = ClaimStatements.countHeld(connection, models);
    for (Wanted one : wanted) {
      Room room = room(one, held);
      if (room.rows() > 0) {
        rooms.put(one.model(), room);
      }
    }
    if (!rooms.isEmpty()) {
      takeFrom(ClaimStatements.findLanes(connection, rooms.keySet(), retried(), held));
    }
    return new Claims(claimed, ClaimStatements.now(connection));
  }

  private static Room room(Wanted wanted, Map<Held, Long> held) {
    long all =
        held.entrySet().stream()
            .filter(entry -> entry.getKey().model().equals(wanted.model()))
            .mapToLong(Map.Entry::getValue)
            .sum();
    return new Room(
        Math.toIntExact(Math.clamp(wanted.maxInFlight() - all, 0, wanted.free())),
        wanted.retries());
  }

  private List<String> retried() {
    return rooms.entrySet().stream()
        .filter(entry -> entry.getValue().retries() > 0)
        .map(Map.Entry::getKey)
        .toList();
  }

  private void takeFrom(List<Lane> all) throws SQLException {
    List<Lane> lanes = all;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      List<Share> shares = shares(lanes);
      if (shares.isEmpty()) {
        return;
      }
      List<Taken> taken = ClaimStatements.take(connection, shares, daemonId, lease);
      taken.forEach(row -> claimed.add(row.request()));
      Map<String, List<Taken>> byModel =
          taken.stream().collect(Collectors.groupingBy(Taken::model));
      byModel.forEach((model, rows) -> rooms.computeIfPresent(model, (_, room) -> room.less(rows)));
      lanes = left(lanes, shares, taken);
    }
  }

  /// Of each model with room, the lanes of the first class that has some.
  private List<Share> shares(List<Lane> lanes) {
    Map<String, List<Lane>> byModel = lanes.stream().collect(Collectors.groupingBy(Lane::model));
    List<Share> shares = new ArrayList<>();
    byModel.forEach((model, all) -> {
      Room room = rooms.getOrDefault(model, new Room(0, 0));
      int first = all.stream().mapToInt(Lane::tierClass).min().orElseThrow();
      List<Lane> next = all.stream().filter(lane -> lane.tierClass() == first).toList();
      Map<Lane, Integer> retries =
          FairShares.divide(room.retries(), next.stream().filter(Lane::delayed).toList());
      FairShares.divide(room.rows(), next)
          .forEach(
              (lane, rows) -> shares.add(new Share(lane, rows, retries.getOrDefault(lane, 0))));
    });
    return shares;
  }

  /// The lanes that may have more, with what they hold by now.
  private static List<Lane> left(List<Lane> lanes, List<Share> shares, List<Taken> taken) {
    Map<Held, Long> more =
        taken.stream()
            .collect(
                Collectors.groupingBy(
                    row -> new Held(row.model(), row.accountId()), Collectors.counting()));
    Map<LaneKey, Long> given =
        taken.stream().collect(Collectors.groupingBy(LaneKey::of, Collectors.counting()));
    Map<Lane, Share> byLane =
        shares.stream().collect(Collectors.toMap(Share::lane, Function.identity()));
    List<Lane> left = new ArrayList<>();
    for (Lane lane : lanes) {
      Share share = byLane.get(lane);
      if (share == null || given.getOrDefault(LaneKey.of(lane), 0L) == share.rows()) {
        long held = more.getOrDefault(new Held(lane.model(), lane.accountId()), 0L);
        left.add(lane.alsoHeld(held));
      }
    }
    return left;
  }

  private record LaneKey(String model, int tierClass, UUID accountId) {

    static LaneKey of(Lane lane) {
      return new LaneKey(lane.model(), lane.tierClass(), lane.accountId());
    }

    static LaneKey of(Taken row) {
      return new LaneKey(row.model(), row.tierClass(), row.accountId());
    }
  }
}
