package dev.sluice.gateway.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the runtime makes of a Runtime API that speaks HTTP in other ways, or not at all.
final class RuntimeClientTest {

  private static final String HEADERS =
      "Lambda-Runtime-Aws-Request-Id: id-1\r\nLambda-Runtime-Deadline-Ms: 1795255200000\r\n";

  @Test
  void anEventInChunksIsReadAsOne() throws Exception {
    UpstreamAnswer chunked =
        raw(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
                + HEADERS
                + "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\n{\"a\":\r\n2\r\n1}\r\n0\r\n\r\n");
    try (ScriptedUpstream server = ScriptedUpstream.answering(chunked);
        RuntimeClient client = client(server)) {
      for (int i = 0; i < 2; i++) {
        RuntimeEvent event = client.next();

        assertThat(event.requestId()).isEqualTo("id-1");
        assertThat(event.deadlineMillis()).isEqualTo(1_795_255_200_000L);
        assertThat(event.traceId()).isEmpty();
        assertThat(new String(event.open().readAllBytes(), UTF_8)).isEqualTo("{\"a\":1}");
      }
      assertThat(server.acceptedConnections()).isEqualTo(1);
    }
  }

  @Test
  void aConnectionThatTheServerClosesIsNotUsedAgain() throws Exception {
    UpstreamAnswer closing =
        raw("HTTP/1.1 200 OK\r\nConnection: close\r\n" + HEADERS + "Content-Length: 2\r\n\r\n{}");
    try (ScriptedUpstream server = ScriptedUpstream.answering(closing);
        RuntimeClient client = client(server)) {
      assertThat(client.next().body()).hasSize(2);
      assertThat(client.next().body()).hasSize(2);
      assertThat(server.acceptedConnections()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 2",
        "SSH-2.0-OpenSSH_9.9\r\n",
        "HTTP/1.1 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: a/../b\r\nLambda-Runtime-Deadline-Ms: 1\r\n\r\n"
      })
  void whatIsNoInvocationIsAskedForAgainAndThenGivenUp(String answer) throws Exception {
    try (ScriptedUpstream server = ScriptedUpstream.answering(raw(answer).eof());
        RuntimeClient client = client(server)) {
      assertThatThrownBy(client::next).isInstanceOf(RuntimeApiGoneException.class);
      assertThat(server.acceptedConnections()).isEqualTo(4);
    }
  }

  @Test
  void anEndlessHeadIsNotRead() throws Exception {
    String line = "x".repeat(20_000);
    for (String head : new String[] {line, "HTTP/1.1 200 OK\r\n" + line}) {
      try (ScriptedUpstream server = ScriptedUpstream.answering(raw(head).hang());
          RuntimeClient client = client(server)) {
        assertThatThrownBy(client::next).isInstanceOf(RuntimeApiGoneException.class);
      }
    }
  }

  @Test
  void aRefusalIsFinal() throws Exception {
    try (ScriptedUpstream server = ScriptedUpstream.answering(UpstreamAnswer.json(403, "{}"));
        RuntimeClient client = client(server)) {
      assertThatThrownBy(client::next)
          .isInstanceOf(RuntimeApiGoneException.class)
          .hasMessageContaining("403");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void anErrorThatCannotBeReportedIsNoExceptionToTheLoop() throws Exception {
    RuntimeError error = RuntimeError.ofInit(new IllegalStateException("broken"));
    try (ScriptedUpstream server = ScriptedUpstream.answering(UpstreamAnswer.empty().reset());
        RuntimeClient client = client(server)) {
      client.initError(error);

      assertThat(server.requests()).hasSize(1);
      assertThat(server.requests().getFirst().path()).isEqualTo("/2018-06-01/runtime/init/error");
    }
  }

  @Test
  void anAddressWithoutAPortIsRefused() {
    assertThatThrownBy(() -> new RuntimeClient("127.0.0.1"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FunctionEnvironment.of(Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("AWS_LAMBDA_RUNTIME_API");
  }

  private static UpstreamAnswer raw(String bytes) {
    return UpstreamAnswer.empty().send(bytes.getBytes(ISO_8859_1));
  }

  private static RuntimeClient client(ScriptedUpstream server) {
    return new RuntimeClient("127.0.0.1:" + server.port());
  }
}
