package dev.sluice.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class KeyHasherTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  private final KeySecret secret = KeySecret.generate(new SecureRandom());
  private final byte[] oldPepper = pepper(1);
  private final byte[] newPepper = pepper(2);

  @Test
  void theHashIsAnHmacOverIdAndSecret() throws GeneralSecurityException {
    KeyHasher hasher = new KeyHasher(Map.of(1, oldPepper));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(oldPepper, "HmacSHA256"));

    byte[] expected =
        mac.doFinal((secret.id() + secret.secret()).getBytes(StandardCharsets.US_ASCII));

    assertThat(hasher.hash(secret).hmac()).isEqualTo(expected);
  }

  @Test
  void onlyTheSecretThatMadeTheHashMatches() {
    KeyHasher hasher = new KeyHasher(Map.of(1, oldPepper));
    ApiKey stored = key(hasher.hash(secret).hmac(), 1, null, null);

    assertThat(hasher.matches(secret, stored)).isTrue();
    assertThat(hasher.matches(new KeySecret(secret.id(), "x".repeat(43)), stored)).isFalse();
    assertThat(hasher.matches(new KeySecret("otherId1", secret.secret()), stored)).isFalse();
  }

  @Test
  void keysOfAnOlderPepperStayValidAndNewOnesUseTheNewest() {
    ApiKey old = key(new KeyHasher(Map.of(1, oldPepper)).hash(secret).hmac(), 1, null, null);
    KeyHasher both = new KeyHasher(Map.of(1, oldPepper, 2, newPepper));

    assertThat(both.hash(secret).pepperVersion()).isEqualTo(2);
    assertThat(both.matches(secret, old)).isTrue();
    assertThat(both.matches(secret, key(both.hash(secret).hmac(), 2, null, null))).isTrue();
    assertThat(both.matches(secret, key(both.hash(secret).hmac(), 1, null, null))).isFalse();
  }

  @Test
  void aKeyOfAnUnknownPepperNeverMatches() {
    KeyHasher hasher = new KeyHasher(Map.of(2, newPepper));

    assertThat(hasher.matches(secret, key(hasher.hash(secret).hmac(), 1, null, null))).isFalse();
    assertThat(hasher.matches(secret, key(new byte[32], 1, null, null))).isFalse();
    assertThatCode(() -> hasher.matchNothing(secret)).doesNotThrowAnyException();
  }

  @Test
  void withoutAGoodPepperNothingStarts() {
    assertThatThrownBy(() -> new KeyHasher(Map.of())).hasMessageContaining("pepper");
    assertThatThrownBy(() -> new KeyHasher(Map.of(1, new byte[31]))).hasMessageContaining("32");
  }

  @Test
  void aKeyAllowsItsModelsOrAll() {
    assertThat(key(new byte[32], 1, null, null).allows("any")).isTrue();
    assertThat(key(new byte[32], 1, List.of("a"), null).allows("a")).isTrue();
    assertThat(key(new byte[32], 1, List.of("a"), null).allows("A")).isFalse();
    assertThat(key(new byte[32], 1, List.of(), null).allows("a")).isFalse();
  }

  @Test
  void aKeyExpiresAtItsEnd() {
    assertThat(key(new byte[32], 1, null, null).isExpiredAt(Instant.MAX)).isFalse();
    assertThat(key(new byte[32], 1, null, NOW).isExpiredAt(NOW.minusNanos(1))).isFalse();
    assertThat(key(new byte[32], 1, null, NOW).isExpiredAt(NOW)).isTrue();
  }

  private ApiKey key(
      byte[] hmac, int version, @Nullable List<String> models, @Nullable Instant expiresAt) {
    return new ApiKey(
        secret.id(), new UUID(1, 1), "key", hmac, version, models, Set.of(), NOW, expiresAt, null);
  }

  private static byte[] pepper(int fill) {
    byte[] pepper = new byte[32];
    Arrays.fill(pepper, (byte) fill);
    return pepper;
  }
}
