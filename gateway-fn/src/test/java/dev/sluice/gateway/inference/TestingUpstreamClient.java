package dev.sluice.gateway.inference;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.request.FailureReason;
import dev.sluice.upstream.UpstreamBody;
import dev.sluice.upstream.UpstreamCall;
import dev.sluice.upstream.UpstreamClient;
import dev.sluice.upstream.UpstreamRequest;
import dev.sluice.upstream.UpstreamResult;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/// Model servers in memory, which answer as the test has planned, in its order.
final class TestingUpstreamClient implements UpstreamClient {

  private final Deque<UpstreamResult> plan = new ArrayDeque<>();
  private final List<UpstreamRequest> requests = new ArrayList<>();
  private int closed;
  private int awaited;

  void plan(UpstreamResult result) {
    plan.add(result);
  }

  void planJson(int status, String body) {
    plan(
        new UpstreamResult.Answered(
            status, Map.of("content-type", "application/json"), body(bytes(body))));
  }

  void planFailure(FailureReason reason) {
    plan(new UpstreamResult.Unanswered(reason));
  }

  /// A stream whose reads are these.
  void planStream(UpstreamBody.Read... reads) {
    plan(
        new UpstreamResult.Answered(200, Map.of("content-type", "text/event-stream"), body(reads)));
  }

  static UpstreamBody.Read bytes(String text) {
    return new UpstreamBody.Read.Bytes(text.getBytes(UTF_8));
  }

  static UpstreamBody.Read event(String json) {
    return bytes("data: " + json + "\n\n");
  }

  static UpstreamBody.Read broken(FailureReason reason) {
    return new UpstreamBody.Read.Broken(reason);
  }

  /// A body of these reads, complete after the last one.
  static UpstreamBody body(UpstreamBody.Read... reads) {
    Deque<UpstreamBody.Read> left = new ArrayDeque<>(List.of(reads));
    return new UpstreamBody() {
      @Override
      public Read next(Duration patience) {
        return left.isEmpty() ? new Read.End() : left.remove();
      }
    };
  }

  List<UpstreamRequest> requests() {
    return List.copyOf(requests);
  }

  /// The body of a request.
  String body(int index) {
    return new String(requests.get(index).body(), UTF_8);
  }

  int closed() {
    return closed;
  }

  /// How many heads were waited for.
  int awaited() {
    return awaited;
  }

  @Override
  public UpstreamCall begin(UpstreamRequest request) {
    requests.add(request);
    UpstreamResult result = plan.remove();
    return new UpstreamCall() {
      @Override
      public UpstreamResult result() {
        awaited++;
        return result;
      }

      @Override
      public void close() {
        closed++;
      }
    };
  }
}
