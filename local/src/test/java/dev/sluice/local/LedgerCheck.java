package dev.sluice.local;

import dev.sluice.local.Ledger.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Holds what clients saw against what the database has, once nothing is under way any more.
///
/// - Every complete answer is a completed row with the same text, of the same prompt.
/// - Whoever saw the head of an answer has a row.
/// - No id is given twice, no call has two rows, and nobody's call has none of the asked prompts.
/// - Every row has its request, and has ended: completed with its answer and its upstream call, or
///   failed for one of the reasons that were to be expected.
/// - No client saw what makes no sense.
final class LedgerCheck {

  private final Set<String> expectedFailures;
  private final Map<String, StoredCall> stored = new HashMap<>();
  private final List<String> violations = new ArrayList<>();

  private LedgerCheck(List<StoredCall> rows, Set<String> expectedFailures) {
    this.expectedFailures = expectedFailures;
    rows.forEach(row -> stored.put(row.id(), row));
  }

  /// What is wrong, a sentence each; empty when nothing is.
  ///
  /// @param expectedFailures the labels with which a row may have failed
  static List<String> violations(
      List<Entry> seen, List<StoredCall> rows, Set<String> expectedFailures) {
    LedgerCheck check = new LedgerCheck(rows, expectedFailures);
    Set<String> ids = new HashSet<>();
    for (Entry entry : seen) {
      check.seen(entry, ids);
    }
    check.rows(seen, rows);
    return List.copyOf(check.violations);
  }

  private void seen(Entry entry, Set<String> ids) {
    String id =
        switch (entry.sighting()) {
          case Sighting.Complete(String complete, String text) -> {
            complete(entry, complete, text);
            yield complete;
          }
          case Sighting.Failed(String failed, String _) -> failed;
          case Sighting.Cut(String cut, String _) -> cut;
          case Sighting.Refused _ -> null;
          case Sighting.Wrong(String what) -> {
            violations.add("The client of call %d saw: %s".formatted(entry.call().number(), what));
            yield null;
          }
        };
    if (id != null) {
      if (!ids.add(id)) {
        violations.add("%s was given to two calls".formatted(id));
      }
      if (!stored.containsKey(id)) {
        violations.add("%s was shown to a client and has no row".formatted(id));
      }
    }
  }

  private void complete(Entry entry, String id, String text) {
    String prompt = entry.call().prompt();
    if (!text.equals(prompt)) {
      violations.add("%s was answered with '%s' instead of '%s'".formatted(id, text, prompt));
    }
    StoredCall row = stored.get(id);
    if (row == null) {
      return; // Told as a missing row already.
    }
    if (!row.isCompleted()) {
      violations.add(
          "%s was answered completely and is %s %s".formatted(id, row.state(), row.failure()));
    } else if (!text.equals(row.text())) {
      violations.add("%s was answered with '%s' and has '%s'".formatted(id, text, row.text()));
    }
    if (!prompt.equals(row.prompt())) {
      violations.add("%s was asked '%s' and has '%s'".formatted(id, prompt, row.prompt()));
    }
  }

  private void rows(List<Entry> seen, List<StoredCall> rows) {
    Set<String> asked = new HashSet<>();
    seen.forEach(entry -> asked.add(entry.call().prompt()));
    Map<String, String> owners = new HashMap<>();
    for (StoredCall row : rows) {
      String prompt = row.prompt();
      if (prompt == null) {
        violations.add("%s has no request".formatted(row.id()));
      } else if (!asked.contains(prompt)) {
        violations.add("%s was never asked: '%s'".formatted(row.id(), prompt));
      } else {
        @Nullable String other = owners.put(prompt, row.id());
        if (other != null) {
          violations.add("%s and %s are rows of one call".formatted(other, row.id()));
        }
      }
      ended(row);
    }
  }

  private void ended(StoredCall row) {
    if (!row.isEnded()) {
      violations.add("%s is still %s".formatted(row.id(), row.state()));
    } else if (row.isCompleted()) {
      if (row.text() == null || row.attempts() != 1) {
        violations.add(
            "%s is completed with the text '%s' of %d calls"
                .formatted(row.id(), row.text(), row.attempts()));
      }
    } else if (row.failure() == null || !expectedFailures.contains(row.failure())) {
      violations.add("%s failed with %s".formatted(row.id(), row.failure()));
    }
  }
}
