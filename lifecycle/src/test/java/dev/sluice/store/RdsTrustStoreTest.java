package dev.sluice.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.priming.LoopbackServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The root certificates by which functions know a database of Amazon RDS.
final class RdsTrustStoreTest {

  private static final Path BUNDLE = Path.of("src", "main", "lambda", "rds-global-bundle.pem");

  /// Far enough for anybody who deploys this.
  private static final Instant IN_USE_UNTIL = Instant.parse("2040-01-01T00:00:00Z");

  @TempDir Path directory;

  @Test
  void everyCertificateIsARootOfAmazonRdsThatStaysValid() throws Exception {
    List<X509Certificate> roots = certificates();

    assertThat(roots).hasSize(87).doesNotHaveDuplicates();
    for (X509Certificate root : roots) {
      assertThat(root.getSubjectX500Principal()).isEqualTo(root.getIssuerX500Principal());
      assertThat(root.getSubjectX500Principal().getName())
          .contains("OU=Amazon RDS", "O=Amazon Web Services\\, Inc.")
          .containsPattern("CN=Amazon RDS ((Beta|Preview) )?[a-z0-9-]+ Root CA");
      assertThatCode(() -> root.verify(root.getPublicKey())).doesNotThrowAnyException();
      assertThat(root.getBasicConstraints()).as("may sign").isNotNegative();
      assertThat(root.getNotAfter().toInstant()).isAfter(IN_USE_UNTIL);
    }
  }

  @Test
  void nothingElseIsInTheFile() throws Exception {
    List<String> lines = Files.readAllLines(BUNDLE, US_ASCII);

    assertThat(lines).allMatch(line -> line.matches("-----(BEGIN|END) CERTIFICATE-----|[\\w+/=]+"));
    assertThat(lines).filteredOn(line -> line.startsWith("-----BEGIN")).hasSize(87);
  }

  @Test
  void theDriverBeginsAHandshakeWithTheseRoots() throws Exception {
    assertThat(bytesOfTheHandshake(BUNDLE)).isPositive();
  }

  @Test
  void theDriverBeginsNoneWithoutThem() throws Exception {
    assertThat(bytesOfTheHandshake(directory.resolve("missing.pem"))).isZero();
  }

  /// How much a server that agrees to encryption hears of the driver's handshake at least.
  private static int bytesOfTheHandshake(Path roots) throws Exception {
    CompletableFuture<Integer> heard = new CompletableFuture<>();
    try (LoopbackServer server =
        LoopbackServer.start((in, out) -> {
          in.skipNBytes(8);
          out.write('S');
          out.flush();
          heard.complete(in.readNBytes(1).length);
        })) {
      String url =
          "jdbc:postgresql://%s/sluice?user=nobody&sslmode=verify-full&sslrootcert=%s"
              .formatted(server.address(), roots);
      assertThatThrownBy(() -> DriverManager.getConnection(url)).isInstanceOf(SQLException.class);
      return heard.get(10, TimeUnit.SECONDS);
    }
  }

  private static List<X509Certificate> certificates() throws IOException, GeneralSecurityException {
    try (InputStream bytes = Files.newInputStream(BUNDLE)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(bytes).stream()
          .map(X509Certificate.class::cast)
          .toList();
    }
  }
}
