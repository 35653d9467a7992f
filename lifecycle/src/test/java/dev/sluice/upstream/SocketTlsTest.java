package dev.sluice.upstream;

import static dev.sluice.upstream.TestingCalls.LONG;
import static dev.sluice.upstream.TestingCalls.outcome;
import static dev.sluice.upstream.TestingCalls.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.Signal;
import dev.sluice.upstream.UpstreamBody.Read;
import dev.sluice.upstream.UpstreamBody.Whole;
import dev.sluice.upstream.UpstreamResult.Answered;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Encrypted calls. The server's certificate is for `localhost` and made for this run.
final class SocketTlsTest {

  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final String HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static SSLContext tls;

  private final SocketUpstreamClient client =
      new SocketUpstreamClient(_ -> Optional.empty(), 1_000_000, tls::getSocketFactory);

  @BeforeAll
  static void makeCertificate() throws IOException, InterruptedException, GeneralSecurityException {
    Path file = directory.resolve("localhost.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-keystore",
                file.toString(),
                "-storepass",
                String.valueOf(PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, PASSWORD);
    trusted.setCertificateEntry("server", store.getCertificate("server"));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, PASSWORD);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    Files.delete(file);
  }

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void aCallIsEncryptedAndItsConnectionUsedAgain() throws Exception {
    try (SSLServerSocket server = listening()) {
      FutureTask<@Nullable String> serving =
          inBackground(() -> {
            try (SSLSocket socket = (SSLSocket) server.accept()) {
              for (int i = 0; i < 3; i++) {
                readRequest(socket.getInputStream());
                write(socket.getOutputStream(), HEAD + "2\r\nok\r\n0\r\n\r\n");
              }
              return socket.getApplicationProtocol();
            }
          });

      for (int i = 0; i < 3; i++) {
        assertThat(outcome(client, request(base("localhost", server)))).isEqualTo("ok");
      }

      assertThat(serving.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("http/1.1");
    }
  }

  @Test
  void aSessionIsResumedWhereItsConnectionIsNot() throws Exception {
    try (SSLServerSocket server = listening()) {
      FutureTask<List<Long>> serving =
          inBackground(() -> {
            List<Long> begun = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
              try (SSLSocket socket = (SSLSocket) server.accept()) {
                readRequest(socket.getInputStream());
                SSLSession session = socket.getSession();
                begun.add(session.getCreationTime());
                write(socket.getOutputStream(), HEAD + "2\r\nok\r\n0\r\n\r\n");
                var _ = socket.getInputStream().read();
              } catch (SSLException _) {
                // The client hangs up without a farewell.
              }
            }
            return begun;
          });

      for (int i = 0; i < 2; i++) {
        assertThat(outcome(client, request(base("localhost", server)))).isEqualTo("ok");
        client.release();
      }

      assertThat(serving.get(LONG.toSeconds(), TimeUnit.SECONDS).stream().distinct())
          .as("both connections are of one session")
          .hasSize(1);
    }
  }

  @Test
  void aCertificateForAnotherNameIsRefused() throws Exception {
    try (SSLServerSocket server = listening()) {
      FutureTask<@Nullable Void> serving = handshakes(server);

      assertThat(outcome(client, request(base("127.0.0.1", server)))).isEqualTo("!tls");
      assertThat(serving.get(LONG.toSeconds(), TimeUnit.SECONDS)).isNull();
    }
  }

  @Test
  void aCertificateThatNobodyTrustsIsRefused() throws Exception {
    try (SSLServerSocket server = listening();
        SocketUpstreamClient strict = new SocketUpstreamClient(_ -> Optional.empty(), 1_000_000)) {
      FutureTask<@Nullable Void> serving = handshakes(server);

      assertThat(outcome(strict, request(base("localhost", server)))).isEqualTo("!tls");
      assertThat(serving.get(LONG.toSeconds(), TimeUnit.SECONDS)).isNull();
    }
  }

  /// The client's reader has no patience while one encrypted record arrives in two halves.
  @Test
  void aRecordThatIsCutInHalfIsNotLost() throws Exception {
    Signal goOn = new Signal();
    try (SSLServerSocket server = listening();
        ServerSocket between = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      var _ =
          inBackground(() -> {
            try (SSLSocket socket = (SSLSocket) server.accept()) {
              readRequest(socket.getInputStream());
              write(socket.getOutputStream(), HEAD);
              write(socket.getOutputStream(), "2bc\r\n" + "x".repeat(700) + "\r\n0\r\n\r\n");
              var _ = socket.getInputStream().read();
            } catch (SSLException _) {
              // The client hangs up without a farewell.
            }
            return null;
          });
      var _ = inBackground(() -> relay(between, server.getLocalPort(), goOn));
      try (UpstreamCall call = client.begin(request(base("localhost", between)))) {
        UpstreamBody body = ((Answered) call.result()).body();

        assertThat(body.next(Duration.ofMillis(50))).isEqualTo(new Read.Silence());
        assertThat(body.next(Duration.ofMillis(50))).isEqualTo(new Read.Silence());
        goOn.fire();

        assertThat(body.readAll())
            .isInstanceOfSatisfying(
                Whole.Complete.class, whole -> assertThat(whole.bytes()).hasSize(700));
      }
    }
  }

  /// Passes everything on; a record of the body's size is held in its middle.
  private static @Nullable Void relay(ServerSocket between, int target, Signal goOn)
      throws IOException {
    try (Socket client = between.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      server.setTcpNoDelay(true);
      client.setTcpNoDelay(true);
      var _ =
          inBackground(() -> {
            long sent = client.getInputStream().transferTo(server.getOutputStream());
            server.shutdownOutput();
            return sent;
          });
      InputStream in = server.getInputStream();
      OutputStream out = client.getOutputStream();
      for (byte[] head = in.readNBytes(5); head.length == 5; head = in.readNBytes(5)) {
        byte[] record = in.readNBytes(((head[3] & 0xff) << 8) + (head[4] & 0xff));
        out.write(head);
        boolean isBody = record.length > 700 && record.length < 760;
        out.write(record, 0, isBody ? 300 : record.length);
        if (isBody) {
          goOn.await(LONG);
          out.write(record, 300, record.length - 300);
        }
      }
    }
    return null;
  }

  private static SSLServerSocket listening() throws IOException {
    SSLServerSocket server =
        (SSLServerSocket)
            tls.getServerSocketFactory().createServerSocket(0, 8, InetAddress.getLoopbackAddress());
    SSLParameters parameters = server.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
    server.setSSLParameters(parameters);
    return server;
  }

  private static FutureTask<@Nullable Void> handshakes(SSLServerSocket server) {
    return inBackground(() -> {
      try (SSLSocket socket = (SSLSocket) server.accept()) {
        var _ = socket.getInputStream().read();
      } catch (IOException _) {
        // The client did not want the certificate.
      }
      return null;
    });
  }

  private static URI base(String host, ServerSocket server) {
    return URI.create("https://" + host + ":" + server.getLocalPort());
  }

  private static void readRequest(InputStream in) throws IOException {
    StringBuilder request = new StringBuilder();
    while (request.indexOf("\r\n\r\n{}") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("The request is not whole");
      }
      request.append((char) next);
    }
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(UTF_8));
  }

  private static <T extends @Nullable Object> FutureTask<T> inBackground(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    var _ = Thread.ofVirtual().start(task);
    return task;
  }
}
