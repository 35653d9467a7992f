package dev.sluice.store;

import dev.sluice.request.ClaimStore;
import org.junit.jupiter.api.BeforeEach;

/// Tests of queued rows.
abstract class QueueCase extends DatabaseCase {

  TestingQueue queue;
  ClaimStore store;

  @BeforeEach
  void openQueue() {
    queue = new TestingQueue(fixture);
    store = queue.store;
  }
}
