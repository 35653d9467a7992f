package dev.sluice.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.account.KeyHasher;
import dev.sluice.account.KeySecret;
import dev.sluice.request.ResponseIds;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.exceptions.BeanInstantiationException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class SecretsFactoryTest {

  /// 64 letters and digits, as Secrets Manager generates them.
  private static final String GENERATED =
      "q7ZrT0aLw3VnXk9YcB2mHs8DfGj5KpQeRt6UiOaSdFgHjKlZxCvBnM1234567890";

  @Test
  void aGeneratedSecretIsTheFirstVersionOfThePeppers() {
    try (ApplicationContext bare = context(Map.of("sluice.peppers", GENERATED));
        ApplicationContext named = context(Map.of("sluice.peppers", "1:" + GENERATED))) {
      KeySecret key = KeySecret.generate(new SecureRandom());

      KeyHasher.Hash hash = bare.getBean(KeyHasher.class).hash(key);

      assertThat(hash.pepperVersion()).isEqualTo(1);
      assertThat(hash.hmac()).isEqualTo(named.getBean(KeyHasher.class).hash(key).hmac());
    }
  }

  @Test
  void aGeneratedSecretIsAnIdKey() {
    UUID account = new UUID(1, 2);
    try (ApplicationContext context = context(Map.of("sluice.id-key", GENERATED))) {
      ResponseIds ids = context.getBean(ResponseIds.class);

      assertThat(ids.canBelongTo(account, ids.next(account))).isTrue();
    }
  }

  @Test
  void peppersOfNoUseAreRefusedWithoutBeingQuoted() {
    for (String peppers :
        new String[] {"short", "1:short,2", "one:" + GENERATED, GENERATED + ","}) {
      try (ApplicationContext context = context(Map.of("sluice.peppers", peppers))) {
        assertThatThrownBy(() -> context.getBean(KeyHasher.class))
            .isInstanceOf(BeanInstantiationException.class)
            .message()
            .doesNotContain(peppers);
      }
    }
  }

  private static ApplicationContext context(Map<String, Object> properties) {
    return ApplicationContext.builder()
        .deduceEnvironment(false)
        .banner(false)
        .properties(properties)
        .start();
  }
}
