package dev.sluice.gateway.inference;

import dev.sluice.gateway.testing.TestingRequestStore;
import dev.sluice.request.Request;
import dev.sluice.request.RequestQueue;
import dev.sluice.request.Schedule;
import dev.sluice.request.StoreUnavailableException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;

/// A queue in memory, whose rows are in the store of the test. It can be down, and it can break
/// after it has stored a request.
final class TestingRequestQueue implements RequestQueue {

  private final TestingRequestStore requests;
  private final TestingIdempotencyStore keys;
  private final List<NewRequest> enqueued = new ArrayList<>();
  private boolean isDown;
  private boolean breaksAfterwards;

  TestingRequestQueue(TestingRequestStore requests, TestingIdempotencyStore keys) {
    this.requests = requests;
    this.keys = keys;
  }

  void setDown(boolean down) {
    isDown = down;
  }

  void breakAfterwards(boolean breaks) {
    breaksAfterwards = breaks;
  }

  /// In the order in which they were stored.
  List<NewRequest> enqueued() {
    return List.copyOf(enqueued);
  }

  @Override
  public void enqueue(NewRequest request) {
    if (isDown) {
      throw unavailable();
    }
    if (requests.find(request.data().accountId(), request.data().id()).isEmpty()) {
      enqueued.add(request);
      requests.put(new Request.Pending(request.data(), Schedule.fresh(null)));
      requests.putRequestBody(request.data().id(), request.body());
      RepeatKey key = request.repeatKey();
      if (key != null) {
        keys.put(key, request.data().id());
      }
    }
    if (breaksAfterwards) {
      throw unavailable();
    }
  }

  private static StoreUnavailableException unavailable() {
    return new StoreUnavailableException("The test's database is down", new ConnectException());
  }
}
