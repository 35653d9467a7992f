package dev.sluice.request;

import java.util.Arrays;
import java.util.Optional;

/// The status words of the public Response object (Open Responses, `ResponseResource.status`;
/// OpenAI adds `cancelled`).
public enum PublicStatus {
  QUEUED("queued"),
  IN_PROGRESS("in_progress"),
  COMPLETED("completed"),
  INCOMPLETE("incomplete"),
  FAILED("failed"),
  CANCELLED("cancelled");

  private final String text;

  PublicStatus(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }

  /// The word for a request; a pending request that somebody waits for is shown as in progress.
  public static PublicStatus of(Request request) {
    return switch (request) {
      case Request.Pending(RequestData data, Schedule _) ->
          TierClass.of(data.tier()) == TierClass.PRIORITY ? IN_PROGRESS : QUEUED;
      case Request.Claimed _, Request.Processing _ -> IN_PROGRESS;
      case Request.Completed completed -> completed.incomplete() ? INCOMPLETE : COMPLETED;
      case Request.Failed _ -> FAILED;
      case Request.Canceled _ -> CANCELLED;
    };
  }

  /// Reads a client's filter.
  public static Optional<PublicStatus> ofText(String text) {
    return Arrays.stream(values()).filter(status -> status.text.equals(text)).findFirst();
  }
}
