package dev.sluice.upstream;

import static dev.sluice.upstream.TestingCalls.LONG;
import static dev.sluice.upstream.TestingCalls.outcome;
import static dev.sluice.upstream.TestingCalls.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.upstream.UpstreamBody.Read;
import dev.sluice.upstream.UpstreamResult.Answered;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Answers byte by byte (RFC 9112): what is read, and what is refused.
final class SocketAnswersTest {

  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";

  private final SocketUpstreamClient client =
      new SocketUpstreamClient(_ -> Optional.empty(), 1_000_000);

  @AfterEach
  void close() {
    client.close();
  }

  static Stream<Arguments> answers() {
    return Stream.of(
        Arguments.of(OK + "Content-Length: 2\r\n\r\nok", "ok"),
        Arguments.of("HTTP/1.1 100 Continue\r\n\r\n" + OK + "Content-Length: 2\r\n\r\nok", "ok"),
        Arguments.of("HTTP/1.1 103\r\nLink: x\r\n\r\n" + OK + "content-length:2\r\n\r\nok", "ok"),
        Arguments.of("HTTP/1.1 200\nContent-Length: 2\n\nok", "ok"),
        Arguments.of(OK + "Content-Length: 2, 2\r\nContent-Length: 2\r\n\r\nok", "ok"),
        Arguments.of("HTTP/1.0 200 OK\r\n\r\nto the end", "to the end"),
        Arguments.of("HTTP/1.1 204 No\r\n\r\n", ""),
        Arguments.of(CHUNKED + "2\r\nok\r\n0\r\n\r\n", "ok"),
        Arguments.of(CHUNKED + "2;a=b\r\nok\r\n0\r\nTrailer: x\r\n\r\n", "ok"),
        Arguments.of(CHUNKED + "000A \r\n0123456789\r\n1\r\n!\r\n0\r\n\r\n", "0123456789!"),
        Arguments.of(CHUNKED + "2\r\nok\r\n2\r\no", "oko!reset"),
        Arguments.of(CHUNKED + "2\r\nokay\r\n0\r\n\r\n", "ok!reset"),
        Arguments.of(CHUNKED + "2\r\nok\r\n0\r\n", "ok!reset"),
        Arguments.of(CHUNKED + "x\r\nok\r\n0\r\n\r\n", "!reset"),
        Arguments.of(CHUNKED + "-2\r\nok\r\n0\r\n\r\n", "!reset"),
        Arguments.of(CHUNKED + "fffffffffffffffff\r\nok\r\n0\r\n\r\n", "!reset"),
        Arguments.of(CHUNKED + "\r\nok\r\n0\r\n\r\n", "!reset"),
        Arguments.of(OK + "Content-Length: 3\r\n\r\nok", "ok!reset"),
        Arguments.of(OK + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok", "!protocol"),
        Arguments.of(OK + "Content-Length: -2\r\n\r\nok", "!protocol"),
        Arguments.of(OK + "Content-Length: +2\r\n\r\nok", "!protocol"),
        Arguments.of(OK + "Content-Length: \r\n\r\nok", "!protocol"),
        Arguments.of(OK + "Content-Length: 9999999999999999999\r\n\r\nok", "!protocol"),
        Arguments.of(OK + "Transfer-Encoding: gzip, chunked\r\n\r\n", "!protocol"),
        Arguments.of(
            OK + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "!protocol"),
        Arguments.of("HTTP/1.1 101 Switching\r\n\r\n", "!protocol"),
        Arguments.of("HTTP/2 200\r\n\r\n", "!protocol"),
        Arguments.of("HTTP/1.1 20 OK\r\n\r\n", "!protocol"),
        Arguments.of("SSH-2.0-OpenSSH\r\n", "!protocol"),
        Arguments.of(OK + "no colon\r\n\r\n", "!protocol"),
        Arguments.of(OK + "Content-Length : 2\r\n\r\nok", "!protocol"),
        Arguments.of(OK + "A: b\r\n folded\r\nContent-Length: 2\r\n\r\nok", "!protocol"),
        Arguments.of(OK + "A: b\r\n\tX: folded\r\nContent-Length: 2\r\n\r\nok", "!protocol"),
        Arguments.of(OK + "A: b\tc\r\nContent-Length: 2\r\n\r\nok", "ok"),
        Arguments.of(OK + "A: b\rc\r\nContent-Length: 2\r\n\r\nok", "!protocol"),
        Arguments.of(OK + "A: b\r\r\nContent-Length: 2\r\n\r\nok", "!protocol"),
        Arguments.of(OK + "A: b\0\r\nContent-Length: 2\r\n\r\nok", "!protocol"),
        Arguments.of(OK + "Content-Length: \u000b2\r\n\r\nok", "!protocol"),
        Arguments.of(OK + "A: \u007f\r\nContent-Length: 2\r\n\r\nok", "!protocol"),
        Arguments.of("HTTP/1.1 200 O\u001bK\r\nContent-Length: 2\r\n\r\nok", "!protocol"),
        Arguments.of("HTTP/1.1 103\r\n\r\n".repeat(50) + OK + "Content-Length: 0\r\n\r\n", ""),
        Arguments.of(
            "HTTP/1.1 103\r\n\r\n".repeat(6_000) + OK + "Content-Length: 0\r\n\r\n", "!protocol"),
        Arguments.of(
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            "!protocol"),
        Arguments.of("HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n", ""),
        Arguments.of(CHUNKED + "2\nok\r\n0\r\n\r\n", "!reset"),
        Arguments.of(CHUNKED + "2\r\nok\n0\r\n\r\n", "ok!reset"),
        Arguments.of(CHUNKED + "2\r\nok\r\n0\n\r\n", "ok!reset"),
        Arguments.of(CHUNKED + " 2\r\nok\r\n0\r\n\r\n", "!reset"),
        Arguments.of(CHUNKED + "2 ; a=\"b\"\r\nok\r\n0\r\n\r\n", "ok"),
        Arguments.of(CHUNKED + "2;" + "a".repeat(9_000) + "\r\nok\r\n0\r\n\r\n", "!reset"),
        Arguments.of(CHUNKED + "2\r\nok\r\n0\r\n" + "A: b\r\n".repeat(101) + "\r\n", "ok!reset"),
        Arguments.of(OK + "Content-Length: 2,\r\n\r\nok", "!protocol"),
        Arguments.of(OK + "Content-Length: 2, 02\r\n\r\nok", "!protocol"),
        Arguments.of(CHUNKED + "2;a=\0\r\nok\r\n0\r\n\r\n", "!reset"),
        Arguments.of(CHUNKED + "2\r\nok\r\n0\r\nA: b\rc\r\n\r\n", "ok!reset"),
        Arguments.of(OK + "A: " + "x".repeat(65_536) + "\r\n\r\n", "!protocol"),
        Arguments.of(OK + "A: xx\r\n".repeat(20_000) + "\r\n", "!protocol"),
        Arguments.of("x".repeat(100_000), "!protocol"),
        Arguments.of("", "!reset"),
        Arguments.of(OK + "Content-Le", "!reset"));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void anAnswerIsReadOrRefused(String answer, String outcome) {
    try (ScriptedUpstream server = ScriptedUpstream.answering(raw(answer).eof())) {
      assertThat(outcome(client, request(server.uri()))).isEqualTo(outcome);
    }
  }

  @Test
  void aReaderWithoutPatienceMissesNothing() {
    String answer = CHUNKED + "5;x=y\r\nHello\r\n3\r\n, y\r\n2\r\nou\r\n0\r\nA: b\r\n\r\n";
    try (ScriptedUpstream server =
            ScriptedUpstream.answering(
                UpstreamAnswer.empty().drip(answer.getBytes(UTF_8), 1, Duration.ofMillis(3)));
        UpstreamCall call = client.begin(request(server.uri()))) {
      UpstreamBody body = ((Answered) call.result()).body();
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      int silences = 0;

      for (Read read = body.next(Duration.ZERO);
          !(read instanceof Read.End);
          read = body.next(Duration.ZERO)) {
        switch (read) {
          case Read.Bytes(byte[] bytes) -> all.writeBytes(bytes);
          case Read.Silence _ -> silences++;
          case Read.End _, Read.Broken _ -> throw new AssertionError(read);
        }
      }

      assertThat(all.toString(UTF_8)).isEqualTo("Hello, you");
      assertThat(silences).as("reads that ended in the middle of a line").isPositive();
    }
  }

  @Test
  void aLargeBodyArrivesWhole() {
    String refusal = "HTTP/1.1 413 Large\r\nContent-Length: 2\r\n\r\nno";
    try (ScriptedUpstream server = ScriptedUpstream.answering(raw(refusal));
        UpstreamCall call = client.begin(request(server.uri(), new byte[4 * 1024 * 1024]))) {
      Answered answered = (Answered) call.result();

      assertThat(answered.status()).isEqualTo(413);
      assertThat(server.requests().getFirst().text()).hasSize(4 * 1024 * 1024);
      assertThat(answered.body().next(LONG)).isInstanceOf(Read.Bytes.class);
    }
  }

  @Test
  void aRefusalIsReadWhileTheServerReadsNoMoreOfTheBody() throws Exception {
    byte[] refusal = "HTTP/1.1 413 Large\r\nContent-Length: 2\r\n\r\nno".getBytes(UTF_8);
    try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      URI base = URI.create("http://127.0.0.1:" + server.getLocalPort());
      try (UpstreamCall call = client.begin(request(base, new byte[16 * 1024 * 1024]));
          Socket accepted = server.accept()) {
        var _ = accepted.getInputStream().readNBytes(100);
        accepted.getOutputStream().write(refusal);

        assertThat(call.result())
            .isInstanceOfSatisfying(
                Answered.class,
                answered -> {
                  assertThat(answered.status()).isEqualTo(413);
                  assertThat(answered.body().readAll())
                      .isInstanceOf(UpstreamBody.Whole.Complete.class);
                });
        assertThat(sentUntilTheEnd(accepted))
            .as("bytes of a body that nobody wants any more")
            .isLessThan(16 * 1024 * 1024);
      }
    }
  }

  private static long sentUntilTheEnd(Socket accepted) throws IOException {
    accepted.setSoTimeout((int) LONG.toMillis());
    return accepted.getInputStream().transferTo(OutputStream.nullOutputStream());
  }

  private static UpstreamAnswer raw(String text) {
    return UpstreamAnswer.empty().send(text.getBytes(UTF_8));
  }
}
