package dev.sluice.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.regions.Region;

/// What the process says of where its servers are, and of as whom it speaks to them.
@Isolated("It sets properties of the whole process")
final class AwsSettingsTest {

  private static final String ADDRESS =
      SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_FULL_URI.property();

  @Test
  void schedulesAreMadeByIpv6WhereThatIsAskedFor() {
    System.setProperty(SdkSystemSetting.AWS_USE_DUALSTACK_ENDPOINT.property(), "true");
    try {
      assertThat(EventBridgeNextRun.server(Region.EU_CENTRAL_1))
          .isEqualTo(URI.create("https://scheduler.eu-central-1.api.aws"));
    } finally {
      System.clearProperty(SdkSystemSetting.AWS_USE_DUALSTACK_ENDPOINT.property());
    }
  }

  /// Lambda gives them so to the copies of a snapshot.
  @Test
  void credentialsThatAreToBeFetchedAreTheFunctionsOwn() {
    try (ScriptedUpstream server =
        ScriptedUpstream.start(_ ->
            UpstreamAnswer.json(
                200,
                """
                {"AccessKeyId":"own","SecretAccessKey":"s","Token":"t",\
                "Expiration":"2099-01-01T00:00:00Z"}\
                """))) {
      System.setProperty(ADDRESS, "http://127.0.0.1:" + server.port() + "/credentials");

      assertThat(OtherServer.credentials().resolveCredentials())
          .extracting(AwsCredentials::accessKeyId)
          .isEqualTo("own");
    } finally {
      System.clearProperty(ADDRESS);
    }
  }

  @Test
  void whereThereAreNoneAnyDo() {
    assertThat(OtherServer.credentials().resolveCredentials())
        .extracting(AwsCredentials::accessKeyId)
        .isEqualTo("local");
  }
}
