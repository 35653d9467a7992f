package dev.sluice.store;

import static dev.sluice.store.Records.head;
import static dev.sluice.store.Records.id;
import static dev.sluice.store.Records.started;
import static dev.sluice.store.StoreFixture.ACCOUNT;
import static dev.sluice.store.StoreFixture.OTHER_ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Request;
import dev.sluice.request.RequestStore.Page;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Lists of requests, a page at a time.
final class RequestPagesTest extends DatabaseCase {

  @Test
  void pagesFollowEachOtherInBothOrdersWithoutGapsOrRepeats() {
    for (int i = 1; i <= 25; i++) {
      persist(started(id(i)), started(head(id(100 + i), OTHER_ACCOUNT)));
    }

    for (boolean ascending : List.of(true, false)) {
      List<ResponseId> seen = new ArrayList<>();
      ResponseId after = null;
      do {
        List<Request> page =
            requests.list(ACCOUNT, new Page(7, after, null, ascending, null, null, null));
        page.forEach(request -> seen.add(idOf(request)));
        after = page.isEmpty() ? null : idOf(page.getLast());
      } while (after != null);

      assertThat(seen).hasSize(25).doesNotHaveDuplicates();
      assertThat(seen.getFirst()).isEqualTo(ascending ? id(1) : id(25));
      assertThat(seen.getLast()).isEqualTo(ascending ? id(25) : id(1));
    }
  }

  @Test
  void cursorsAreExclusiveAndNeedNotExist() {
    persist(started(id(2)), started(id(4)), started(id(6)));

    assertThat(ids(new Page(10, id(2), null, true, null, null, null)))
        .containsExactly(id(4), id(6));
    assertThat(ids(new Page(10, id(3), id(6), true, null, null, null))).containsExactly(id(4));
    assertThat(ids(new Page(10, id(5), null, false, null, null, null)))
        .containsExactly(id(4), id(2));
    assertThat(ids(new Page(10, null, id(3), false, null, null, null)))
        .containsExactly(id(6), id(4));
    assertThat(ids(new Page(1, null, null, false, null, null, null))).containsExactly(id(6));
  }

  @Test
  void listsAreFilteredByModelAndTier() {
    persist(
        started(id(1)), started(Records.withModel(head(id(2), ACCOUNT), "other")), started(id(3)));
    fixture.execute("update request set tier = 'priority' where id = '" + id(3).uuid() + "'");

    assertThat(ids(new Page(10, null, null, true, null, Records.MODEL, null)))
        .containsExactly(id(1), id(3));
    assertThat(ids(new Page(10, null, null, true, null, null, ServiceTier.DEFAULT)))
        .containsExactly(id(1), id(2));
    assertThat(ids(new Page(10, null, null, true, null, Records.MODEL, ServiceTier.PRIORITY)))
        .containsExactly(id(3));
  }

  private List<ResponseId> ids(Page page) {
    return requests.list(ACCOUNT, page).stream().map(RequestPagesTest::idOf).toList();
  }

  private static ResponseId idOf(Request request) {
    return request.data().id();
  }
}
