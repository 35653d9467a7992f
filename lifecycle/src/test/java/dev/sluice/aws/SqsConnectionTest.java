package dev.sluice.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.completion.QueueUnavailableException;
import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.TcpProxy;
import dev.sluice.emulators.TcpProxy.Direction;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.emulators.UpstreamRequest;
import dev.sluice.wire.Json;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Connections to SQS that die between two sends, or during one.
final class SqsConnectionTest {

  private static final Duration WITHIN = Duration.ofSeconds(5);

  /// How a server, or what lies between, ends a connection that is idle.
  enum End {
    IN_GOOD_ORDER(TcpProxy::hangUp),
    RESET(TcpProxy::cut);

    private final Consumer<TcpProxy> act;

    End(Consumer<TcpProxy> act) {
      this.act = act;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionThatWasEndedWhileIdleCostsNoAttempt(End end) {
    try (ScriptedUpstream server = ScriptedUpstream.start(SqsConnectionTest::taken);
        TcpProxy proxy = TcpProxy.start(server.port());
        SqsCompletionQueue queue = queue(proxy.port())) {
      for (int i = 1; i <= 20; i++) {
        queue.send("{}", WITHIN);
        end.act.accept(proxy);

        assertThat(server.requests()).as("one request for each send").hasSize(i);
      }
    }
  }

  @Test
  void aConnectionThatDiedUnnoticedCostsOneAttemptAndTheSendIsInTime() {
    try (ScriptedUpstream server =
            ScriptedUpstream.start(
                request -> request.number() == 1 ? UpstreamAnswer.never() : taken(request));
        SqsCompletionQueue queue = queue(server.port())) {
      queue.send("{}", WITHIN);
      long before = System.nanoTime();

      queue.send("{}", WITHIN);

      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
      assertThat(server.requests()).hasSize(3);
    }
  }

  @Test
  void aServerThatFallsSilentIsGivenUpInTimeAndUsedAgainLater() {
    try (ScriptedUpstream server = ScriptedUpstream.start(SqsConnectionTest::taken);
        TcpProxy proxy = TcpProxy.start(server.port());
        SqsCompletionQueue queue = queue(proxy.port())) {
      queue.send("{}", WITHIN);
      proxy.stall(Direction.TO_SERVER);
      proxy.stall(Direction.TO_CLIENT);
      long before = System.nanoTime();

      assertThatThrownBy(() -> queue.send("{}", WITHIN))
          .isInstanceOf(QueueUnavailableException.class);

      assertThat(Duration.ofNanos(System.nanoTime() - before))
          .isLessThan(WITHIN.plus(Duration.ofSeconds(1)));
      proxy.resume();
      queue.send("{}", WITHIN);
    }
  }

  private static SqsCompletionQueue queue(int port) {
    URI endpoint = URI.create("http://127.0.0.1:" + port);
    return SqsCompletionQueue.connect(endpoint + "/000000000000/completions", endpoint);
  }

  /// The answer of `SendMessage` (Amazon SQS API Reference, AWS JSON protocol); the client compares
  /// the digest.
  private static UpstreamAnswer taken(UpstreamRequest request) {
    String message =
        Json.objectOrEmpty(request.body())
            .text("MessageBody")
            .orElseThrow(IllegalStateException::new);
    return UpstreamAnswer.json(
        200, "{\"MessageId\":\"1\",\"MD5OfMessageBody\":\"" + md5(message) + "\"}");
  }

  private static String md5(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This JDK has no MD5", e);
    }
  }
}
