package dev.sluice.store;

import static dev.sluice.store.Records.continuing;
import static dev.sluice.store.Records.finished;
import static dev.sluice.store.Records.head;
import static dev.sluice.store.Records.id;
import static dev.sluice.store.Records.started;
import static dev.sluice.store.StoreFixture.ACCOUNT;
import static dev.sluice.store.StoreFixture.OTHER_ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.completion.CompletionRecord.Head;
import dev.sluice.request.Chain;
import dev.sluice.request.Chain.End;
import dev.sluice.request.Chain.Turn;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoredBody;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Conversations: a response and all that it continues.
final class ChainTest extends DatabaseCase {

  private static final long NO_LIMIT = Long.MAX_VALUE;

  /// Response 1, and 2 that continues it, up to this number.
  private void conversation(int turns) {
    for (int turn = 1; turn <= turns; turn++) {
      Head head = head(id(turn), ACCOUNT);
      Head next = turn == 1 ? head : continuing(head, id(turn - 1));
      persist(started(next), finished(next));
    }
  }

  @Test
  void aConversationIsReadFromItsFirstTurnToItsHeadWithAllBodies() {
    conversation(3);

    Chain chain = requests.chain(ACCOUNT, id(3), 10, NO_LIMIT);

    assertThat(chain.end()).isEqualTo(new End.Complete());
    assertThat(idsOf(chain)).containsExactly(id(1), id(2), id(3));
    assertThat(chain.turns())
        .extracting(turn -> text(turn.requestBody()))
        .containsExactly("request of " + id(1), "request of " + id(2), "request of " + id(3));
    assertThat(chain.turns())
        .extracting(turn -> text(turn.responseBody()))
        .containsExactly("response of " + id(1), "response of " + id(2), "response of " + id(3));
    assertThat(idsOf(requests.chain(ACCOUNT, id(2), 10, NO_LIMIT))).containsExactly(id(1), id(2));
  }

  @Test
  void severalResponsesMayContinueTheSameOne() {
    conversation(2);
    persist(finished(continuing(head(id(3), ACCOUNT), id(1))));

    assertThat(idsOf(requests.chain(ACCOUNT, id(3), 10, NO_LIMIT))).containsExactly(id(1), id(3));
    assertThat(idsOf(requests.chain(ACCOUNT, id(2), 10, NO_LIMIT))).containsExactly(id(1), id(2));
  }

  @Test
  void aTurnWhoseBodiesAreNotThereYetHasNone() {
    persist(finished(head(id(1), ACCOUNT)), started(continuing(head(id(2), ACCOUNT), id(1))));

    Chain chain = requests.chain(ACCOUNT, id(2), 10, NO_LIMIT);

    assertThat(chain.turns())
        .extracting(turn -> turn.requestBody() == null, turn -> turn.responseBody() == null)
        .containsExactly(tuple(true, false), tuple(false, true));
  }

  @Test
  void nothingOfAnotherAccountIsPartOfAChain() {
    persist(finished(head(id(1), OTHER_ACCOUNT)));
    Head thief = continuing(head(id(2), ACCOUNT), id(1));
    persist(started(thief), finished(thief));

    Chain chain = requests.chain(ACCOUNT, id(2), 10, NO_LIMIT);

    assertThat(idsOf(chain)).containsExactly(id(2));
    assertThat(chain.end()).isEqualTo(new End.Missing(id(1)));
    assertThat(requests.chain(OTHER_ACCOUNT, id(2), 10, NO_LIMIT))
        .isEqualTo(new Chain(List.of(), new End.Missing(id(2))));
  }

  @Test
  void aDeletedAncestorIsNamedAndADeletedHeadIsMissing() {
    conversation(4);
    assertThat(requests.delete(ACCOUNT, id(2))).isTrue();

    Chain chain = requests.chain(ACCOUNT, id(4), 10, NO_LIMIT);

    assertThat(chain.end()).isEqualTo(new End.Missing(id(2)));
    assertThat(idsOf(chain)).containsExactly(id(3), id(4));
    assertThat(requests.chain(ACCOUNT, id(2), 10, NO_LIMIT))
        .isEqualTo(new Chain(List.of(), new End.Missing(id(2))));
  }

  @Test
  void aChainThatIsTooLongIsToldWithoutTurns() {
    conversation(5);

    assertThat(requests.chain(ACCOUNT, id(5), 5, NO_LIMIT).turns()).hasSize(5);
    assertThat(requests.chain(ACCOUNT, id(5), 4, NO_LIMIT))
        .isEqualTo(new Chain(List.of(), new End.TooLong()));
  }

  @Test
  void aChainOfLargeBodiesIsToldWithoutTurns() {
    conversation(2);
    long bytes =
        requests.chain(ACCOUNT, id(2), 10, NO_LIMIT).turns().stream()
            .flatMap(turn -> Stream.of(turn.requestBody(), turn.responseBody()))
            .mapToLong(body -> Objects.requireNonNull(body).length())
            .sum();

    assertThat(requests.chain(ACCOUNT, id(2), 10, bytes).turns()).hasSize(2);
    assertThat(requests.chain(ACCOUNT, id(2), 10, bytes - 1))
        .isEqualTo(new Chain(List.of(), new End.TooLarge()));
  }

  @Test
  void rowsThatContinueEachOtherInACircleComeToAnEnd() {
    conversation(3);
    fixture.execute(
        "update request set previous_id = '"
            + id(3).uuid()
            + "' where id = '"
            + id(1).uuid()
            + "'");

    Chain chain = requests.chain(ACCOUNT, id(3), 200, NO_LIMIT);

    assertThat(idsOf(chain)).containsExactly(id(1), id(2), id(3));
    assertThat(chain.end()).isEqualTo(new End.Missing(id(3)));
    assertThat(requests.chain(ACCOUNT, id(3), 3, NO_LIMIT).turns()).hasSize(3);
  }

  @Test
  void aConversationOfManyTurnsIsInOrder() {
    conversation(120);

    assertThat(idsOf(requests.chain(ACCOUNT, id(120), 200, NO_LIMIT)))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 120).mapToObj(Records::id).toList());
  }

  private static List<ResponseId> idsOf(Chain chain) {
    return chain.turns().stream().map(Turn::request).map(r -> r.data().id()).toList();
  }

  private static String text(@Nullable StoredBody body) {
    return new String(Objects.requireNonNull(body).decoded(), StandardCharsets.UTF_8);
  }
}
