package dev.sluice.gateway.inference;

import dev.sluice.request.Deadline;
import dev.sluice.request.GrowingPause;
import dev.sluice.request.Pause;
import dev.sluice.request.RequestData;
import dev.sluice.request.RequestStore;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.sandbox.SandboxLife;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waits for the end of a stored request, by one narrow read after each pause; the pauses grow from
/// 50 ms to 1 s, and the connection is not kept during the long ones. Safe for use by several
/// threads.
@Singleton
final class EndWait {

  private static final Logger LOG = LoggerFactory.getLogger(EndWait.class);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final RequestStore requests;
  private final SandboxLife life;
  private final Pause pause;

  EndWait(RequestStore requests, SandboxLife life, Pause pause) {
    this.requests = requests;
    this.life = life;
    this.pause = pause;
  }

  /// Waits as long as the time lasts and the client has not left. A database that does not answer
  /// is asked again.
  ///
  /// @param stillRuns run after each look that found it running
  /// @return true when the request has ended, or is not there any more
  boolean until(RequestData data, ClientReply client, Deadline end, Runnable stillRuns) {
    GrowingPause growing = new GrowingPause(LONGEST_PAUSE);
    while (!hasEnded(data)) {
      stillRuns.run();
      if (end.hasPassed() || client.isGone() || Thread.currentThread().isInterrupted()) {
        return false;
      }
      Duration rest = end.atMost(growing.next());
      life.beforeWait(rest);
      pause.rest(rest);
    }
    return true;
  }

  private boolean hasEnded(RequestData data) {
    try {
      return requests.hasEnded(data.accountId(), data.id()).orElse(true);
    } catch (StoreUnavailableException e) {
      LOG.atDebug()
          .addKeyValue("response_id", data.id())
          .setCause(e)
          .log("The database does not answer; the wait goes on");
      return false;
    }
  }
}
