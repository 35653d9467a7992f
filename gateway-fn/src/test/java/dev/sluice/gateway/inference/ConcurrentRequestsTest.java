package dev.sluice.gateway.inference;

import static dev.sluice.gateway.inference.InferenceBench.chatBody;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.emulators.UpstreamRequest;
import dev.sluice.upstream.SocketUpstreamClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class ConcurrentRequestsTest {

  private static final int COUNT = 400 * Integer.getInteger("sluice.test.scale", 1);
  private static final Pattern USER = Pattern.compile("\"user\":\"(user-[0-9]+)\"");

  @Test
  void answersNeverMix() throws InterruptedException, ExecutionException {
    try (ScriptedUpstream server = ScriptedUpstream.start(ConcurrentRequestsTest::echo);
        SocketUpstreamClient client = new SocketUpstreamClient(_ -> Optional.empty(), 1 << 20);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      InferenceBench bench = new InferenceBench(client, server.uri() + "/v1");
      List<Callable<TestingReply>> calls = new ArrayList<>();
      for (int i = 0; i < COUNT; i++) {
        String stream = i % 2 == 0 ? ",\"stream\":true" : "";
        String body = chatBody("one", stream + ",\"user\":\"user-" + i + "\"");
        calls.add(() -> bench.chat(body));
      }

      List<Future<TestingReply>> replies = threads.invokeAll(calls);

      Map<String, String> recorded = new HashMap<>();
      bench
          .queue
          .finished()
          .forEach(finished ->
              recorded.put(
                  finished.head().requestId().text(), InferenceBench.text(finished.response())));
      assertThat(recorded).as("one record each, none lost").hasSize(COUNT);
      for (int i = 0; i < COUNT; i++) {
        TestingReply reply = replies.get(i).get();
        String own = "\"content\":\"user-" + i + "\"";
        String id = reply.headers().get("x-sluice-response-id");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).contains(own).contains("\"id\":\"" + id + "\"");
        assertThat(recorded.get(id)).contains(own);
      }
    }
  }

  private static UpstreamAnswer echo(UpstreamRequest request) {
    Matcher user = USER.matcher(request.text());
    if (!user.find()) {
      throw new IllegalStateException("The request names no user");
    }
    String part = "{\"content\":\"" + user.group(1) + "\"},\"finish_reason\":\"stop\"}]}";
    return request.text().contains("\"stream\":true")
        ? UpstreamAnswer.events(List.of("{\"choices\":[{\"delta\":" + part, "[DONE]"))
        : UpstreamAnswer.json(200, "{\"choices\":[{\"message\":" + part);
  }
}
