package dev.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How far the encrypted way to the database is gone before a snapshot.
final class DatabaseTlsPrimingTest {

  private static final Path BUNDLE = Path.of("src/main/lambda/rds-global-bundle.pem");

  @Test
  void theHandshakeIsBegunWithTheCertificatesThatAreDeployed() {
    assertThat(BUNDLE).isNotEmptyFile();
    assertThatCode(() -> prime("?sslmode=verify-full&sslrootcert=" + BUNDLE))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sslmode=verify-full", "ssl=true", "sslmode=verify%2Dca"})
  void certificatesThatAreMissingAreAFault(String encryption) {
    assertThatThrownBy(() -> prime("?" + encryption + "&sslrootcert=missing.pem"))
        .isInstanceOf(IOException.class)
        .hasMessage("No handshake was begun");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?sslmode=prefer", "?sslmode=require"})
  void whoDoesNotCheckTheServerNeedsNoCertificates(String settings) {
    assertThatCode(() -> prime(settings)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "allow"})
  void nothingIsDoneWithoutEncryption(String mode) {
    assertThatCode(() -> prime("?sslmode=" + mode + "&sslrootcert=missing.pem"))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdbc:other://host/database", "jdbc:postgresql://host/d?sslmode=much"})
  void whatTheDriverCannotReadIsAFault(String url) {
    assertThatThrownBy(() -> new DatabaseTlsPriming(url).prime()).isInstanceOf(IOException.class);
  }

  private static void prime(String settings) throws IOException {
    new DatabaseTlsPriming("jdbc:postgresql://database.invalid/sluice" + settings).prime();
  }
}
