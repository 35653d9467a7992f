package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.ResponseIds;
import java.security.SecureRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class SealedSummaryTest {

  private static final UUID ACCOUNT = new UUID(1, 2);
  private static final SealedSummary SUMMARIES = sealedBy((byte) 7);

  private static SealedSummary sealedBy(byte key) {
    byte[] bytes = new byte[32];
    bytes[0] = key;
    return new SealedSummary(() -> ResponseIds.key(bytes), new SecureRandom());
  }

  @Test
  void whatWasSealedIsOpenedByTheSameAccount() {
    String sealed = SUMMARIES.seal(ACCOUNT, "The goal is ü → 𝄞.");

    assertThat(sealed).matches("slc1\\.[A-Za-z0-9_-]+");
    assertThat(SUMMARIES.open(ACCOUNT, sealed)).contains("The goal is ü → 𝄞.");
  }

  @Test
  void theSameSummaryIsNeverSealedToTheSameText() {
    assertThat(SUMMARIES.seal(ACCOUNT, "same")).isNotEqualTo(SUMMARIES.seal(ACCOUNT, "same"));
  }

  @Test
  void anotherAccountAndAnotherDeploymentCannotOpenIt() {
    String sealed = SUMMARIES.seal(ACCOUNT, "secret");

    assertThat(SUMMARIES.open(new UUID(1, 3), sealed)).isEmpty();
    assertThat(sealedBy((byte) 8).open(ACCOUNT, sealed)).isEmpty();
  }

  @Test
  void aChangeOfAnyCharacterIsNoticed() {
    String sealed = SUMMARIES.seal(ACCOUNT, "secret");

    for (int i = 0; i < sealed.length() - 1; i++) {
      char other = sealed.charAt(i) == 'A' ? 'B' : 'A';
      String changed = sealed.substring(0, i) + other + sealed.substring(i + 1);
      assertThat(SUMMARIES.open(ACCOUNT, changed)).as("at %d", i).isEmpty();
      assertThat(SUMMARIES.open(ACCOUNT, sealed.substring(0, i))).as("cut at %d", i).isEmpty();
    }
  }

  @Test
  void textsOfOthersAreNotOpened() {
    assertThat(SUMMARIES.open(ACCOUNT, "")).isEmpty();
    assertThat(SUMMARIES.open(ACCOUNT, "gAAAAABo")).isEmpty();
    assertThat(SUMMARIES.open(ACCOUNT, "slc1.")).isEmpty();
    assertThat(SUMMARIES.open(ACCOUNT, "slc1.***")).isEmpty();
  }
}
