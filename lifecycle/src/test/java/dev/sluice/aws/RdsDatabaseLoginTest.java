package dev.sluice.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.sandbox.SecretUnavailableException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.rds.RdsUtilities;

/// Against the SDK's own maker of such passwords.
final class RdsDatabaseLoginTest {

  private static final String HOST = "sluice.cluster-c1.eu-central-1.rds.amazonaws.com";
  private static final Pattern DATE = Pattern.compile("X-Amz-Date=([0-9]{8}T[0-9]{6}Z)");

  @Test
  void thePasswordIsWhatTheSdkMakesAtThatTime() {
    for (AwsCredentials credentials :
        List.of(
            AwsBasicCredentials.create("AKIDEXAMPLE", "secret/with+signs="),
            AwsSessionCredentials.create("ASIDEXAMPLE", "secret", "token/+==&"))) {
      for (String user : List.of("sluice_gateway", "a user&more")) {
        String expected =
            RdsUtilities.builder()
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .build()
                .generateAuthenticationToken(
                    login -> login.hostname(HOST).port(5432).username(user));

        String password = login(credentials, date(expected)).password(HOST, 5432, user);

        assertThat(password).startsWith(HOST + ":5432/?").contains("X-Amz-Expires=900");
        assertThat(parameters(password)).isEqualTo(parameters(expected));
      }
    }
  }

  /// Their order says nothing: they are signed in the order of their names.
  private static Set<String> parameters(String password) {
    return Set.of(password.substring(password.indexOf('?') + 1).split("&"));
  }

  /// The SDK's maker takes no clock, so its own time is asked of the other one.
  private static Instant date(String password) {
    Matcher date = DATE.matcher(password);
    assertThat(date.find()).isTrue();
    return LocalDateTime.parse(date.group(1), DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssX"))
        .toInstant(ZoneOffset.UTC);
  }

  private static RdsDatabaseLogin login(AwsCredentials credentials, Instant now) {
    return new RdsDatabaseLogin(
        StaticCredentialsProvider.create(credentials),
        () -> Region.EU_CENTRAL_1,
        InstantSource.fixed(now));
  }

  @Test
  void credentialsThatAreNotThereAreASecretThatIsNotThere() {
    RdsDatabaseLogin login =
        new RdsDatabaseLogin(
            () -> {
              throw SdkClientException.create("No credentials");
            },
            () -> Region.EU_CENTRAL_1,
            InstantSource.fixed(Instant.EPOCH));

    assertThatThrownBy(() -> login.password(HOST, 5432, "sluice_gateway"))
        .isInstanceOf(SecretUnavailableException.class);
  }
}
