package dev.sluice.gateway.testing;

import dev.sluice.completion.CompletionQueue;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A queue in memory, which can be down. A bean where the settings say so.
@Singleton
@Requires(property = "sluice.testing.queue")
public final class TestingCompletionQueue implements CompletionQueue {

  private final List<String> messages = new CopyOnWriteArrayList<>();
  private volatile boolean down;

  public void setDown(boolean down) {
    this.down = down;
  }

  @Override
  public void send(String message, Duration within) {
    messages.add(message);
  }

  public List<String> messages() {
    return List.copyOf(messages);
  }

  @Override
  public int maxMessageBytes() {
    return 262_144;
  }

  @Override
  public boolean isReachable() {
    return !down;
  }
}
