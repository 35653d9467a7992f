package dev.sluice.call;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.upstream.UpstreamBody;
import dev.sluice.upstream.UpstreamCall;
import dev.sluice.upstream.UpstreamClient;
import dev.sluice.upstream.UpstreamRequest;
import dev.sluice.upstream.UpstreamResult;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Model servers in memory, which answer as the test has planned, in its order. A call that was
/// closed gives nothing more.
final class TestingUpstreams implements UpstreamClient {

  private final Deque<UpstreamResult> plan = new ArrayDeque<>();
  private final List<UpstreamRequest> requests = new ArrayList<>();
  private Runnable onBegin = () -> {};
  private boolean isClosed;
  private int closed;

  /// Runs while each call begins.
  void onBegin(Runnable action) {
    onBegin = action;
  }

  void planFailure(FailureReason reason) {
    plan.add(new UpstreamResult.Unanswered(reason));
  }

  void planJson(int status, String body, Map<String, String> headers) {
    Map<String, String> all = new HashMap<>(headers);
    all.put("content-type", "application/json");
    plan.add(new UpstreamResult.Answered(status, all, body(() -> {}, List.of(body), true)));
  }

  /// Events of this data that come one at a time and then end.
  void planStream(String... data) {
    planStream(() -> {}, true, data);
  }

  /// Events after which the server is silent until the call is closed.
  ///
  /// @param onSilence run when all were read
  void planUnendingStream(Runnable onSilence, String... data) {
    planStream(onSilence, false, data);
  }

  private void planStream(Runnable afterLast, boolean ends, String... data) {
    List<String> events = new ArrayList<>();
    for (String each : data) {
      events.add("data: " + each.replace('\'', '"') + "\n\n");
    }
    plan.add(
        new UpstreamResult.Answered(
            200, Map.of("content-type", "text/event-stream"), body(afterLast, events, ends)));
  }

  private UpstreamBody body(Runnable afterLast, List<String> pieces, boolean ends) {
    Deque<String> left = new ArrayDeque<>(pieces);
    return new UpstreamBody() {
      @Override
      public Read next(Duration patience) {
        if (!left.isEmpty()) {
          return new Read.Bytes(left.remove().getBytes(UTF_8));
        }
        afterLast.run();
        if (isClosed) {
          return new Read.Broken(new CallLost("The call was closed."));
        }
        return ends ? new Read.End() : new Read.Silence();
      }
    };
  }

  List<UpstreamRequest> requests() {
    return List.copyOf(requests);
  }

  JsonObject sent(int index) {
    return Json.objectOrEmpty(requests.get(index).body());
  }

  int closed() {
    return closed;
  }

  @Override
  public UpstreamCall begin(UpstreamRequest request) {
    requests.add(request);
    isClosed = false;
    onBegin.run();
    UpstreamResult result = plan.remove();
    return new UpstreamCall() {
      @Override
      public UpstreamResult result() {
        return result;
      }

      @Override
      public void close() {
        isClosed = true;
        closed++;
      }
    };
  }
}
