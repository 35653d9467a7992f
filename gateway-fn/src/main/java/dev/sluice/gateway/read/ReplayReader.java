package dev.sluice.gateway.read;

import dev.sluice.request.Deadline;
import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.request.RequestStore;
import dev.sluice.request.StoredBody;
import dev.sluice.translate.EventLog;
import dev.sluice.translate.ResponseReplay;
import java.util.List;
import java.util.Optional;

/// Stored responses as the events of a stream. A response that was streamed is told as its client
/// saw it; any other, of whatever endpoint, as if it were streamed now. Either way the same
/// response gives the same events, so a sequence number is a cursor into them. Safe for use by
/// several threads.
public final class ReplayReader {

  private final RequestStore requests;
  private final ResponseReader reader;

  public ReplayReader(RequestStore requests, ResponseReader reader) {
    this.requests = requests;
    this.reader = reader;
  }

  /// The first frames of a queued response, which do not wait for its answer. Those of [#frames]
  /// begin with the same.
  ///
  /// @throws dev.sluice.gateway.errors.GatewayException as [#frames]
  public List<byte[]> opening(Request.Queued queued, Deadline deadline) {
    return ResponseReplay.opening(reader.begun(queued.data(), deadline));
  }

  /// The frames of all events after one, without the final `[DONE]`; none when it was the last.
  ///
  /// @param after the sequence number of the last event that is not wanted; -1 for all
  /// @throws dev.sluice.gateway.errors.GatewayException 503 when a part of it may still come
  public List<byte[]> frames(Request.Terminal ended, long after, Deadline deadline) {
    RequestData data = ended.data();
    Optional<StoredBody> log = requests.events(data.accountId(), data.id());
    if (log.isPresent()) {
      return new EventLog(log.get().decoded()).after(after);
    }
    List<byte[]> frames =
        ResponseReplay.frames(reader.begun(data, deadline), reader.response(ended, deadline));
    return frames.subList((int) Math.min(frames.size(), after + 1), frames.size());
  }
}
