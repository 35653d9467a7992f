package dev.sluice.store;

import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.CompletionStore.Delivery;
import dev.sluice.request.Deadline;
import dev.sluice.request.ResponseId;
import dev.sluice.store.CompletionStatements.Existing;
import dev.sluice.store.CompletionStatements.Written;
import dev.sluice.store.MergedRequest.NumberedAttempt;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/// One attempt to write a batch inside a transaction that somebody else begins and commits.
///
/// Records are written all together. Only when PostgreSQL refuses the data of one of them is the
/// batch rolled back to its savepoint and halved, until each bad record is alone: with k bad ones
/// among n, at most 2·k·⌈log2 n⌉ + 1 tries. Not safe for use by several threads; used once.
final class CompletionTransaction {

  private final Connection connection;
  private final Deadline deadline;
  private final List<Quarantined> quarantined = new ArrayList<>();
  private final Set<Integer> undone = new HashSet<>();
  private int stored;
  private int repaired;
  private int tries;

  CompletionTransaction(Connection connection, Deadline deadline) {
    this.connection = connection;
    this.deadline = deadline;
  }

  /// What is true once the transaction is committed.
  ///
  /// @param undone positions in the batch that nothing was done with
  /// @param stored records that are in their rows now
  /// @param repaired rows that had failed as `gateway_lost` and now have their real outcome
  /// @param tries how often a set of records was written
  record Result(
      List<Quarantined> quarantined, Set<Integer> undone, int stored, int repaired, int tries) {

    Result {
      quarantined = List.copyOf(quarantined);
      undone = Set.copyOf(undone);
    }
  }

  /// A record and its position in the batch.
  private record Item(int position, Delivery.Known delivery) {

    CompletionRecord record() {
      return delivery.record();
    }

    ResponseId id() {
      return record().head().requestId();
    }

    UUID accountId() {
      return record().head().accountId();
    }
  }

  Result run(List<Delivery> batch) throws SQLException {
    List<Item> items = new ArrayList<>();
    for (int position = 0; position < batch.size(); position++) {
      switch (batch.get(position)) {
        case Delivery.Known known -> items.add(new Item(position, known));
        case Delivery.Hopeless hopeless -> quarantined.add(Quarantined.of(hopeless));
      }
    }
    // In the order of ids, so that two batches lock their rows in the same order.
    items.sort(Comparator.comparing(Item::id));
    for (List<Item> round : rounds(items)) {
      write(round);
    }
    Quarantined.insert(connection, quarantined);
    return new Result(quarantined, undone, stored, repaired, tries);
  }

  /// Usually one. Records that claim the same id for different accounts cannot share a statement,
  /// which may meet a row only once; whose row it is, the rows themselves will tell.
  private static List<List<Item>> rounds(List<Item> items) {
    List<List<Item>> rounds = new ArrayList<>();
    List<Item> left = items;
    while (!left.isEmpty()) {
      Map<ResponseId, UUID> accounts = new HashMap<>();
      List<Item> round = new ArrayList<>();
      List<Item> others = new ArrayList<>();
      for (Item item : left) {
        UUID account = accounts.computeIfAbsent(item.id(), _ -> item.accountId());
        (account.equals(item.accountId()) ? round : others).add(item);
      }
      rounds.add(round);
      left = others;
    }
    return rounds;
  }

  private void write(List<Item> items) throws SQLException {
    if (deadline.hasPassed()) {
      items.forEach(item -> undone.add(item.position()));
      return;
    }
    tries++;
    Savepoint savepoint = connection.setSavepoint();
    try {
      writeTogether(items);
      connection.releaseSavepoint(savepoint);
    } catch (SQLException e) {
      if (!isFaultOfData(e)) {
        throw e;
      }
      connection.rollback(savepoint);
      connection.releaseSavepoint(savepoint);
      if (items.size() == 1) {
        quarantined.add(Quarantined.refused(items.getFirst().delivery(), e));
      } else {
        int middle = items.size() / 2;
        write(items.subList(0, middle));
        write(items.subList(middle, items.size()));
      }
    }
  }

  /// Serialization failure, deadlock, or a row that another transaction inserted between the look
  /// for conflicts and the insert: nothing was written, and the next try may win.
  ///
  /// A unique violation is never the fault of a record. Each insert names its primary key as the
  /// key of conflicts, but PostgreSQL settles races for that index only; `request` has a second
  /// unique one, (account_id, id), and the loser of a race may meet that one instead.
  static boolean lostAgainstAnother(SQLException e) {
    return switch (Objects.requireNonNullElse(e.getSQLState(), "")) {
      case "40001", "40P01", "23505" -> true;
      default -> false;
    };
  }

  /// Data exception, integrity violation, program limit: the same record fails the same way again.
  private static boolean isFaultOfData(SQLException e) {
    if (lostAgainstAnother(e)) {
      return false;
    }
    return switch (Database.stateClass(e)) {
      case "22", "23", "54" -> true;
      default -> false;
    };
  }

  private void writeTogether(List<Item> items) throws SQLException {
    List<MergedRequest> rows = MergedRequest.merge(items.stream().map(Item::record).toList());
    Written written = CompletionStatements.insertOrFinish(connection, rows);
    Map<ResponseId, Existing> existing = CompletionStatements.readExisting(connection, rows);
    List<MergedRequest> owned =
        rows.stream().filter(row -> isOwner(existing, row.id(), row.accountId())).toList();
    List<MergedRequest> undeleted =
        owned.stream().filter(row -> !existing(existing, row.id()).deleted()).toList();
    CompletionStatements.insertRequestBodies(
        connection,
        undeleted.stream().filter(row -> !existing(existing, row.id()).hasRequestBody()).toList());
    // A body belongs to the outcome that it came with: a record that came after the end adds none.
    List<MergedRequest> ended =
        undeleted.stream().filter(row -> written.ids().contains(row.id())).toList();
    CompletionStatements.insertResponseBodies(connection, ended);
    CompletionStatements.insertEvents(connection, ended);
    List<NumberedAttempt> attempts =
        owned.stream().flatMap(row -> row.attempts().stream()).toList();
    CompletionStatements.insertAttempts(connection, attempts);
    count(items, existing, written.repaired());
  }

  /// Runs after the last statement: from here on nothing of these items is rolled back by itself.
  private void count(List<Item> items, Map<ResponseId, Existing> existing, int repairedNow) {
    repaired += repairedNow;
    for (Item item : items) {
      if (isOwner(existing, item.id(), item.accountId())) {
        stored++;
      } else {
        quarantined.add(Quarantined.mismatch(item.delivery()));
      }
    }
  }

  private static boolean isOwner(
      Map<ResponseId, Existing> existing, ResponseId id, UUID accountId) {
    return existing(existing, id).accountId().equals(accountId);
  }

  /// The row is there and locked: the statement before has inserted or met it.
  private static Existing existing(Map<ResponseId, Existing> existing, ResponseId id) {
    return Objects.requireNonNull(existing.get(id), () -> "No row for " + id);
  }
}
