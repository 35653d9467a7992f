package dev.sluice.emulators;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ScriptedUpstreamTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String GET = "GET /x HTTP/1.1\r\nhost: a\r\n\r\n";

  @Test
  void requestsAreRecordedAndOneConnectionServesThemAll() throws Exception {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.answering(
            UpstreamAnswer.json(429, "{}", Map.of("retry-after", "7")),
            UpstreamAnswer.json(200, "{\"a\":1}"))) {
      HttpResponse<String> first = TestClient.post(upstream.uri().resolve("/v1/chat?a=b"), "é");
      HttpResponse<String> second = TestClient.get(upstream.uri());
      HttpResponse<String> third = TestClient.get(upstream.uri());

      upstream.awaitRequests(3, LIMIT);
      assertThat(first.statusCode()).isEqualTo(429);
      assertThat(first.headers().firstValue("retry-after")).contains("7");
      assertThat(second.body()).isEqualTo("{\"a\":1}").isEqualTo(third.body());
      UpstreamRequest request = upstream.requests().getFirst();
      assertThat(request.method()).isEqualTo("POST");
      assertThat(request.path()).isEqualTo("/v1/chat?a=b");
      assertThat(request.text()).isEqualTo("é");
      assertThat(request.header("Content-Length")).contains("2");
      assertThat(upstream.requests()).extracting(UpstreamRequest::number).containsExactly(0, 1, 2);
      assertThat(upstream.acceptedConnections()).isEqualTo(1);
    }
  }

  @Test
  void bodiesInChunksAndExpectationsAreRead() throws Exception {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(request -> UpstreamAnswer.json(200, request.text()))) {
      var chunked =
          TestClient.request(upstream.uri())
              .POST(BodyPublishers.fromPublisher(BodyPublishers.ofString("in chunks")))
              .build();
      var expecting =
          TestClient.request(upstream.uri())
              .expectContinue(true)
              .POST(BodyPublishers.ofString("after 100"))
              .build();

      assertThat(new String(TestClient.send(chunked).body(), UTF_8)).isEqualTo("in chunks");
      assertThat(new String(TestClient.send(expecting).body(), UTF_8)).isEqualTo("after 100");
    }
  }

  @Test
  void eventsAndChunksArriveAsWritten() throws Exception {
    UpstreamAnswer stream =
        UpstreamAnswer.eventStream().chunks("data: é\n\n".getBytes(UTF_8), 1).end();
    try (ScriptedUpstream upstream =
        ScriptedUpstream.answering(UpstreamAnswer.events(List.of("1", "2\n3")), stream)) {
      HttpResponse<String> events = TestClient.get(upstream.uri());
      HttpResponse<String> pieces = TestClient.get(upstream.uri());

      assertThat(events.headers().firstValue("content-type")).contains("text/event-stream");
      assertThat(events.body()).isEqualTo("data: 1\n\ndata: 2\ndata: 3\n\n");
      assertThat(pieces.body()).isEqualTo("data: é\n\n");
    }
  }

  @Test
  void aSignalHoldsTheAnswerBack() throws Exception {
    Signal begun = new Signal();
    Signal goOn = new Signal();
    UpstreamAnswer answer =
        UpstreamAnswer.empty()
            .send(bytes("ab"))
            .fire(begun)
            .await(goOn)
            .drip(bytes("cd"), 1, Duration.ofMillis(1))
            .eof();
    try (ScriptedUpstream upstream = ScriptedUpstream.answering(answer);
        Socket client = TestClient.open(upstream.port())) {
      TestClient.write(client, GET);
      begun.await(LIMIT);
      assertThat(TestClient.read(client, 2)).isEqualTo("ab");
      assertThat(client.getInputStream().available()).isZero();

      goOn.fire();

      assertThat(TestClient.read(client, 3)).isEqualTo("cd");
    }
  }

  @Test
  void aConnectionCanEndInEveryWay() throws Exception {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.answering(
            UpstreamAnswer.empty().send(bytes("x")).eof(), UpstreamAnswer.empty().reset())) {
      assertThat(TestClient.exchange(upstream.port(), GET)).isEqualTo("x");
      assertThatThrownBy(() -> TestClient.exchange(upstream.port(), GET))
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void aClientThatGoesWhileItHangsIsSeen() throws Exception {
    try (ScriptedUpstream upstream = ScriptedUpstream.answering(UpstreamAnswer.never())) {
      Socket client = TestClient.open(upstream.port());
      TestClient.write(client, GET);
      upstream.awaitRequests(1, LIMIT);

      client.close();

      upstream.awaitDepartures(1, LIMIT);
    }
  }

  @Test
  void aDeafServerTakesNoMoreThanTheBuffersHold() throws Exception {
    try (ScriptedUpstream upstream = ScriptedUpstream.startDeaf();
        Socket client = TestClient.open(upstream.port())) {
      TestClient.write(client, GET);

      client.setSoTimeout(100);
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(java.net.SocketTimeoutException.class);
      assertThat(upstream.requests()).isEmpty();
    }
  }

  @Test
  void closingCutsWhatIsOpen() throws IOException {
    ScriptedUpstream upstream = ScriptedUpstream.answering(UpstreamAnswer.never());
    try (Socket client = TestClient.open(upstream.port())) {
      TestClient.write(client, GET);
      upstream.awaitRequests(1, LIMIT);

      upstream.close();

      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
