package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.Ledger.Entry;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The checker of the tests under load finds each kind of fault that it is there for.
final class LedgerCheckTest {

  private static final LoadCall ASKED = new LoadCall(1, true, "load 1");
  private static final StoredCall ROW = row("a", "completed", null);

  private static StoredCall row(String id, String state, @Nullable String failure) {
    return new StoredCall(id, state, failure, "load 1", "load 1", 1);
  }

  private static List<String> check(Sighting seen, StoredCall... rows) {
    return LedgerCheck.violations(
        List.of(new Entry(ASKED, seen)), List.of(rows), Set.of("gateway_lost"));
  }

  @Test
  void whatIsInOrderIsNotReported() {
    assertThat(check(new Sighting.Complete("a", "load 1"), ROW)).isEmpty();
    assertThat(check(new Sighting.Cut("a", "reset"), ROW)).isEmpty();
    assertThat(check(new Sighting.Cut("a", "reset"), row("a", "failed", "gateway_lost"))).isEmpty();
    assertThat(check(new Sighting.Cut(null, "reset"))).isEmpty();
    assertThat(check(new Sighting.Refused(503, "overloaded", true))).isEmpty();
    assertThat(
            check(
                new Sighting.Refused(503, "overloaded", true), row("a", "failed", "gateway_lost")))
        .isEmpty();
  }

  private static Stream<Arguments> faults() {
    Sighting complete = new Sighting.Complete("a", "load 1");
    return Stream.of(
        Arguments.of("has no row", complete, List.of()),
        Arguments.of("has no row", new Sighting.Cut("a", "reset"), List.of()),
        Arguments.of("has no row", new Sighting.Failed("a", "overloaded"), List.of()),
        Arguments.of("is failed", complete, List.of(row("a", "failed", "gateway_lost"))),
        Arguments.of("is processing", complete, List.of(row("a", "processing", null))),
        Arguments.of("failed with call_lost", complete, List.of(row("a", "failed", "call_lost"))),
        Arguments.of(
            "still processing",
            new Sighting.Cut("a", "reset"),
            List.of(row("a", "processing", null))),
        Arguments.of("rows of one call", complete, List.of(ROW, row("b", "completed", null))),
        Arguments.of(
            "never asked",
            complete,
            List.of(ROW, new StoredCall("b", "completed", null, "other", "other", 1))),
        Arguments.of(
            "has 'load 2'",
            complete,
            List.of(new StoredCall("a", "completed", null, "load 1", "load 2", 1))),
        Arguments.of(
            "was asked",
            complete,
            List.of(new StoredCall("a", "completed", null, "load 2", "load 1", 1))),
        Arguments.of(
            "has no request",
            complete,
            List.of(new StoredCall("a", "completed", null, null, "load 1", 1))),
        Arguments.of(
            "text 'null'",
            new Sighting.Cut("a", "reset"),
            List.of(new StoredCall("a", "completed", null, "load 1", null, 1))),
        Arguments.of(
            "of 0 calls",
            complete,
            List.of(new StoredCall("a", "completed", null, "load 1", "load 1", 0))),
        Arguments.of("instead of", new Sighting.Complete("a", "load"), List.of(ROW)),
        Arguments.of("saw: silence", new Sighting.Wrong("silence"), List.of()));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void everyKindOfFaultIsReported(String sentence, Sighting seen, List<StoredCall> rows) {
    assertThat(check(seen, rows.toArray(StoredCall[]::new)))
        .anySatisfy(violation -> assertThat(violation).contains(sentence));
  }

  @Test
  void anIdThatTwoClientsGotIsReported() {
    Sighting seen = new Sighting.Complete("a", "load 1");

    assertThat(
            LedgerCheck.violations(
                List.of(new Entry(ASKED, seen), new Entry(ASKED, seen)), List.of(ROW), Set.of()))
        .containsExactly("a was given to two calls");
  }
}
