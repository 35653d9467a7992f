package dev.sluice.local;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What was started, to be closed in reverse order.
final class Parts implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T part) {
    opened.push(part);
    return part;
  }

  /// Closes every part, also when one of them fails. A repeat changes nothing.
  @Override
  public void close() {
    while (!opened.isEmpty()) {
      AutoCloseable part = opened.pop();
      try {
        part.close();
      } catch (Exception e) {
        // The others must be closed all the same, and what is durable is durable already.
        LOG.atWarn()
            .addKeyValue("part", part.getClass().getSimpleName())
            .setCause(e)
            .log("A part of the stack did not stop cleanly");
      }
    }
  }
}
