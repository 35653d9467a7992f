package dev.sluice.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What every object store must do.
abstract class ObjectStoreContract {

  private static final byte[] BYTES = "some \u0000 bytes \u00e9".getBytes(StandardCharsets.UTF_8);

  abstract ObjectStore store();

  @Test
  void whatWasPutIsRead() {
    store().put("account/request/0a1b", BYTES);

    assertThat(store().get("account/request/0a1b")).contains(BYTES);
  }

  @Test
  void aMissingObjectIsEmpty() {
    assertThat(store().get("account/request/missing")).isEmpty();
  }

  @Test
  void puttingAgainReplaces() {
    store().put("a/b", new byte[] {1});
    store().put("a/b", new byte[] {2});

    assertThat(store().get("a/b")).contains(new byte[] {2});
    assertThat(store().list("a/", 10)).containsExactly("a/b");
  }

  @Test
  void listingIsByPrefixInOrderAndBounded() {
    for (String name :
        new String[] {"spill/c/3.json", "spill/a/1.json", "other/x", "spill/b/2.json"}) {
      store().put(name, BYTES);
    }

    assertThat(store().list("spill/", 2)).containsExactly("spill/a/1.json", "spill/b/2.json");
    assertThat(store().list("none/", 2)).isEmpty();
  }

  /// The characters around the slash show whether folders and names are in one order.
  @Test
  void aListingGoesOnWhereThePageBeforeEnded() {
    List<String> names =
        List.of("spill/a-1", "spill/a.2", "spill/a/1", "spill/a/2", "spill/a0", "spill/b/1/1");
    names.reversed().forEach(name -> store().put(name, BYTES));
    store().put("spilt/1", BYTES);

    List<String> listed = new ArrayList<>();
    String after = "";
    for (List<String> page = store().list("spill/", after, 2);
        !page.isEmpty();
        page = store().list("spill/", after, 2)) {
      listed.addAll(page);
      after = page.getLast();
    }

    assertThat(listed).containsExactlyElementsOf(names);
    assertThat(store().list("spill/a", "spill/a/1z", 10)).containsExactly("spill/a/2", "spill/a0");
    assertThat(store().list("spill/", "spill/missing", 10)).isEmpty();
  }

  @Test
  void deletingTwiceIsFine() {
    store().put("a/b", BYTES);

    store().delete("a/b");
    store().delete("a/b");

    assertThat(store().get("a/b")).isEmpty();
  }
}
