package dev.sluice.gateway.inference;

import static dev.sluice.gateway.inference.InferenceBench.chatBody;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.FinishedRecord;
import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.Outcome;
import dev.sluice.upstream.SocketUpstreamClient;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Model servers that answer with something else than an answer, over real connections.
final class MalformedUpstreamTest {

  private static final int CAP = 2_000;
  private static final Map<String, String> JSON = Map.of("content-type", "application/json");
  private static final Map<String, String> HTML = Map.of("content-type", "text/html");
  private static final String GOOD =
      "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}";
  private static final String INVALID = "upstream_invalid_response";
  private static final String CUT_HEAD =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{\"cho";

  /// Name, answer, status and code for the client, status of the row.
  static Stream<Arguments> answers() {
    return Stream.of(
        Arguments.of("204", raw("HTTP/1.1 204 No\r\n\r\n"), 502, INVALID, 204),
        Arguments.of("empty", complete(JSON, ""), 502, INVALID, 200),
        Arguments.of("html", complete(HTML, "<html>hi</html>"), 502, INVALID, 200),
        Arguments.of("wrong type", complete(HTML, GOOD), 502, INVALID, 200),
        Arguments.of("not json", complete(JSON, "{\"choices\":"), 502, INVALID, 200),
        Arguments.of("array", complete(JSON, "[" + GOOD + "]"), 502, INVALID, 200),
        Arguments.of("no choices", complete(JSON, "{}"), 502, INVALID, 200),
        Arguments.of("empty choices", complete(JSON, "{\"choices\":[]}"), 502, INVALID, 200),
        Arguments.of("no message", complete(JSON, "{\"choices\":[{}]}"), 502, INVALID, 200),
        Arguments.of("no end", complete(JSON, GOOD.replace("stop", "error")), 502, INVALID, 200),
        Arguments.of("too large", complete(JSON, " ".repeat(CAP) + GOOD), 502, INVALID, 200),
        Arguments.of("gzip", gzip(), 502, INVALID, 200),
        Arguments.of("redirect", redirect(), 502, INVALID, 307),
        Arguments.of("error 429", complete(JSON, error("429")), 429, "rate_limit_exceeded", 200),
        Arguments.of("error 401", complete(JSON, error("401")), 502, null, 200),
        Arguments.of("error", complete(JSON, "{\"error\":\"x\"}"), 502, null, 200),
        Arguments.of("cut", raw(CUT_HEAD).eof(), 502, "upstream_unavailable", 200),
        Arguments.of("no head", UpstreamAnswer.empty().reset(), 502, "upstream_unavailable", null));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("answers")
  void whatIsNoAnswerIsAnErrorAndARecord(
      String name,
      UpstreamAnswer answer,
      int status,
      @Nullable String code,
      @Nullable Integer recorded) {
    for (String more : new String[] {"", ",\"stream\":true"}) {
      try (ScriptedUpstream server = ScriptedUpstream.answering(answer);
          SocketUpstreamClient client = new SocketUpstreamClient(_ -> Optional.empty(), CAP)) {
        InferenceBench bench = new InferenceBench(client, server.uri() + "/v1");

        TestingReply reply = bench.chat(chatBody("one", more));

        FinishedRecord finished = bench.queue.finished().getFirst();
        assertThat(reply.status()).as(name + more).isEqualTo(status);
        if (code != null) {
          assertThat(reply.errorCode()).as(name + more).isEqualTo(code);
        }
        assertThat(reply.body()).as(name + more).doesNotContain("<html", "operator's text");
        assertThat(finished.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(finished.status()).as(name + more).isEqualTo(recorded);
      }
    }
  }

  @Test
  void aResetIsANetworkErrorWhetherOrNotItOvertakesTheHead() {
    try (ScriptedUpstream server = ScriptedUpstream.answering(raw(CUT_HEAD).reset());
        SocketUpstreamClient client = new SocketUpstreamClient(_ -> Optional.empty(), CAP)) {
      InferenceBench bench = new InferenceBench(client, server.uri() + "/v1");

      TestingReply reply = bench.chat(chatBody("one", ""));

      FinishedRecord finished = bench.queue.finished().getFirst();
      assertThat(reply.status()).isEqualTo(502);
      assertThat(reply.errorCode()).isEqualTo("upstream_unavailable");
      assertThat(finished.failure())
          .isEqualTo(
              new NetworkError(
                  "reset",
                  finished.status() == null
                      ? "The connection to the upstream broke."
                      : "The connection broke in mid-answer."));
    }
  }

  @Test
  void anAnswerThatWasNotStreamedIsNoStream() {
    try (ScriptedUpstream server = ScriptedUpstream.answering(UpstreamAnswer.json(200, GOOD));
        SocketUpstreamClient client = new SocketUpstreamClient(_ -> Optional.empty(), CAP)) {
      InferenceBench bench = new InferenceBench(client, server.uri() + "/v1");

      assertThat(bench.chat(chatBody("one", ",\"stream\":true")).errorCode()).isEqualTo(INVALID);
      assertThat(bench.chat(chatBody("one", "")).status()).isEqualTo(200);
    }
  }

  @Test
  void aStreamThatWasNotAskedForIsNoAnswer() {
    UpstreamAnswer stream = UpstreamAnswer.eventStream().event(GOOD).event("[DONE]").end();
    try (ScriptedUpstream server = ScriptedUpstream.answering(stream);
        SocketUpstreamClient client = new SocketUpstreamClient(_ -> Optional.empty(), CAP)) {
      InferenceBench bench = new InferenceBench(client, server.uri() + "/v1");

      assertThat(bench.chat(chatBody("one", "")).errorCode()).isEqualTo(INVALID);
    }
  }

  @Test
  void aStreamMayComeInSingleBytes() {
    String chunk =
        "data: {\"choices\":[{\"delta\":{\"content\":\"ü\"},\"finish_reason\":\"stop\"}]}";
    byte[] stream = (chunk + "\r\n\r\ndata: [DONE]\r\n\r\n").getBytes(UTF_8);
    UpstreamAnswer answer = UpstreamAnswer.eventStream().chunks(stream, 1).end();
    try (ScriptedUpstream server = ScriptedUpstream.answering(answer);
        SocketUpstreamClient client = new SocketUpstreamClient(_ -> Optional.empty(), CAP)) {
      InferenceBench bench = new InferenceBench(client, server.uri() + "/v1");

      TestingReply first = bench.chat(chatBody("one", ",\"stream\":true"));
      TestingReply second = bench.chat(chatBody("one", ",\"stream\":true"));

      for (TestingReply reply : Arrays.asList(first, second)) {
        assertThat(reply.writes()).hasSize(2);
        assertThat(reply.writes().getFirst()).contains("\"content\":\"ü\"");
      }
      assertThat(bench.queue.finished()).hasSize(2);
      assertThat(server.acceptedConnections())
          .as("a stream read to its end leaves its connection for the next call")
          .isEqualTo(1);
    }
  }

  @Test
  void aClientThatIsServedLeavesNoCallBehind() {
    UpstreamAnswer hanging = UpstreamAnswer.eventStream().event("[DONE]").hang();
    try (ScriptedUpstream server = ScriptedUpstream.answering(hanging);
        SocketUpstreamClient client = new SocketUpstreamClient(_ -> Optional.empty(), CAP)) {
      InferenceBench bench = new InferenceBench(client, server.uri() + "/v1");

      TestingReply reply = bench.chat(chatBody("one", ",\"stream\":true"));

      assertThat(reply.status()).isEqualTo(200);
      server.awaitDepartures(1, Duration.ofSeconds(10));
    }
  }

  private static UpstreamAnswer raw(String text) {
    return UpstreamAnswer.empty().send(text.getBytes(UTF_8));
  }

  private static UpstreamAnswer complete(Map<String, String> headers, String body) {
    return UpstreamAnswer.complete(200, headers, body.getBytes(UTF_8));
  }

  private static UpstreamAnswer gzip() {
    return complete(
        Map.of("content-type", "application/json", "content-encoding", "gzip"), "not really gzip");
  }

  private static UpstreamAnswer redirect() {
    return UpstreamAnswer.complete(307, Map.of("location", "/v1/elsewhere"), new byte[0]);
  }

  private static String error(String code) {
    return "{\"error\":{\"message\":\""
        + ("401".equals(code) ? "operator's text" : "slow")
        + "\",\"code\":"
        + code
        + "}}";
  }
}
