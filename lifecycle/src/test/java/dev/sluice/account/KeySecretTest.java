package dev.sluice.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeySecretTest {

  private final SecureRandom random = new SecureRandom();

  @Test
  void aKeyHasItsFormAndIsReadBack() {
    for (int i = 0; i < 1_000; i++) {
      KeySecret secret = KeySecret.generate(random);

      String text = secret.reveal();

      assertThat(text).matches("slk_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}[0-9A-Za-z]{6}");
      assertThat(KeySecret.parse(text)).contains(secret);
    }
  }

  @Test
  void theChecksumIsTheCrcOfAllThatStandsBeforeIt() {
    String text = KeySecret.generate(random).reveal();
    CRC32 crc = new CRC32();
    crc.update(text.substring(0, 56).getBytes(StandardCharsets.US_ASCII));

    long read = 0;
    for (char digit : text.substring(56).toCharArray()) {
      read =
          read * 62
              + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".indexOf(digit);
    }

    assertThat(read).isEqualTo(crc.getValue());
  }

  @Test
  void everySingleChangedCharacterIsNoticed() {
    String text = KeySecret.generate(random).reveal();

    for (int i = 0; i < text.length(); i++) {
      char other = text.charAt(i) == 'x' ? 'y' : 'x';
      String changed = text.substring(0, i) + other + text.substring(i + 1);

      assertThat(KeySecret.parse(changed)).as("position %d", i).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "slk_", "sk-proj-1234", "slk_aaaaaaaa_", " "})
  void otherTextsAreNoKeys(String text) {
    assertThat(KeySecret.parse(text)).isEmpty();
  }

  @Test
  void aLongerOrShorterKeyIsNone() {
    String text = KeySecret.generate(random).reveal();

    assertThat(KeySecret.parse(text + "0")).isEmpty();
    assertThat(KeySecret.parse(text.substring(0, 61))).isEmpty();
    assertThat(KeySecret.parse(" " + text)).isEmpty();
    assertThat(KeySecret.parse(text.replace('_', 'é'))).isEmpty();
  }

  @Test
  void theTextFormForLogsHidesTheSecret() {
    KeySecret secret = KeySecret.generate(random);

    assertThat(secret.toString()).contains(secret.id()).doesNotContain(secret.secret());
  }

  @Test
  void noKeyIsMadeTwice() {
    Set<String> keys = new HashSet<>();

    for (int i = 0; i < 10_000; i++) {
      assertThat(keys.add(KeySecret.generate(random).secret())).isTrue();
    }
  }
}
