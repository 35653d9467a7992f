package dev.sluice.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.ObjectStore;
import java.nio.charset.StandardCharsets;
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

  @Test
  void deletingTwiceIsFine() {
    store().put("a/b", BYTES);

    store().delete("a/b");
    store().delete("a/b");

    assertThat(store().get("a/b")).isEmpty();
  }
}
