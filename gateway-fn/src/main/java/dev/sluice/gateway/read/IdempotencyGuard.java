package dev.sluice.gateway.read;

import dev.sluice.completion.RecordBody;
import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.gateway.http.Route;
import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason;
import dev.sluice.request.IdempotencyStore;
import dev.sluice.request.IdempotencyStore.Claim;
import dev.sluice.request.Pause;
import dev.sluice.request.Request;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.wire.UpstreamError;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees to it that a request with an `Idempotency-Key` runs once: a repeat gets the answer of the
/// first. Safe for use by several threads.
///
/// A key is freed by a failure that a repeat may cure, because a client repeats for exactly that
/// reason; a request that was refused for its own sake is refused again with the same answer.
public final class IdempotencyGuard {

  private static final Logger LOG = LoggerFactory.getLogger(IdempotencyGuard.class);

  private static final String HEADER = "idempotency-key";
  private static final String RESPONSE_ID = "x-sluice-response-id";
  private static final int MAX_LENGTH = 255;
  private static final Duration WAIT_FOR_END = Duration.ofSeconds(10);

  /// A claim is lost only to another request with the same key: after so many there is no end.
  private static final int MAX_TRIES = 3;

  private final IdempotencyStore keys;
  private final RequestStore requests;
  private final ResponseLookup lookup;
  private final Polling polling;

  public IdempotencyGuard(
      IdempotencyStore keys, RequestStore requests, ResponseLookup lookup, Pause pause) {
    this.keys = keys;
    this.requests = requests;
    this.lookup = lookup;
    this.polling = new Polling(pause);
  }

  /// What is to be done with a request.
  public sealed interface Decision {

    /// It is the first of its key, and runs.
    record Fresh() implements Decision {}

    /// It has run: the answer of the first is given again.
    record Repeat(ResponseId original) implements Decision {}

    /// It was to be queued under this id, and is not there: its first try has not got so far, or
    /// was in vain. Queueing it under that id is right either way.
    record Unrecorded(ResponseId id) implements Decision {}
  }

  /// The key that the client chose; empty when it sent none.
  ///
  /// @throws GatewayException 400 when it is empty, too long, or not of printable ASCII
  public static Optional<String> key(InboundRequest inbound) {
    Optional<String> key = inbound.header(HEADER);
    if (key.filter(text -> !isKey(text)).isPresent()) {
      throw GatewayException.of(
          ErrorCode.INVALID_VALUE,
          "Idempotency-Key has 1 to 255 printable ASCII characters.",
          "Idempotency-Key");
    }
    return key;
  }

  private static boolean isKey(String text) {
    return !text.isBlank()
        && text.length() <= MAX_LENGTH
        && text.chars().allMatch(c -> c >= 0x20 && c < 0x7F);
  }

  /// What tells requests of one key apart: where they go, and every byte of their bodies.
  public static String hash(InboundRequest inbound) {
    ByteArrayOutputStream all = new ByteArrayOutputStream(inbound.body().length + 64);
    all.writeBytes(Route.withoutPrefix(inbound.path()).getBytes(StandardCharsets.UTF_8));
    all.write('\n');
    all.writeBytes(inbound.body());
    return RecordBody.sha256(all.toByteArray());
  }

  /// Claims the key for a request that is about to run, or finds the one that it repeats. Waits up
  /// to ten seconds for that one to end.
  ///
  /// @param bodyHash of [#hash]
  /// @param id of the request
  /// @throws GatewayException 409 when the key stands for another request, or the answer was not to
  ///   be stored; 503 when the first request still runs
  public Decision claim(
      Caller caller, String key, String bodyHash, ResponseId id, Deadline deadline) {
    UUID account = caller.accountId();
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      Claim held = keys.claim(account, key, bodyHash, id);
      if (held.id().equals(id)) {
        return new Decision.Fresh();
      }
      boolean same = held.bodyHash().equals(bodyHash);
      Deadline wait = same ? deadline.orSooner(WAIT_FOR_END) : deadline.orSooner(Duration.ZERO);
      if (!isFree(account, held.id(), same, wait)) {
        return new Decision.Repeat(held.id());
      }
      if (takesOver(account, key, held.id(), bodyHash, id)) {
        return new Decision.Fresh();
      }
    }
    throw running("Other requests with this Idempotency-Key run right now.");
  }

  /// As [#claim] for a request that is to be queued: a first one that has not ended is no reason to
  /// wait, because its client waits for it as this one will.
  ///
  /// @throws GatewayException 409 when the key stands for another request
  public Decision claimQueued(Caller caller, String key, String bodyHash, ResponseId id) {
    UUID account = caller.accountId();
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      Claim held = keys.claim(account, key, bodyHash, id);
      if (held.id().equals(id)) {
        return new Decision.Fresh();
      }
      boolean same = held.bodyHash().equals(bodyHash);
      if (same && requests.find(account, held.id()).isEmpty()) {
        return new Decision.Unrecorded(held.id());
      }
      Standing standing = standing(account, held.id()).orElse(Standing.RUNS);
      if (standing != Standing.FREE) {
        if (!same) {
          throw mismatch(held.id());
        }
        return new Decision.Repeat(held.id());
      }
      if (takesOver(account, key, held.id(), bodyHash, id)) {
        return new Decision.Fresh();
      }
    }
    throw running("Other requests with this Idempotency-Key run right now.");
  }

  private boolean takesOver(
      UUID account, String key, ResponseId from, String bodyHash, ResponseId id) {
    boolean taken = keys.takeOver(account, key, from, bodyHash, id);
    if (taken) {
      LOG.atInfo()
          .addKeyValue("response_id", id)
          .addKeyValue("failed_response_id", from)
          .log("A failed request is repeated under its idempotency key");
    }
    return taken;
  }

  /// Frees the key of a request of which nothing was begun. Never throws: a key that stays claimed
  /// is free again when its response has had the time to be recorded, and is not.
  public void release(Caller caller, String key, ResponseId id) {
    try {
      keys.release(caller.accountId(), key, id);
    } catch (StoreUnavailableException e) {
      LOG.atWarn()
          .addKeyValue("response_id", id)
          .setCause(e)
          .log("An idempotency key was not released; it frees itself within minutes");
    }
  }

  /// @param same whether it is the same request, whose answer may be given again
  private boolean isFree(UUID account, ResponseId original, boolean same, Deadline wait) {
    Standing standing =
        polling.until(wait, () -> standing(account, original)).orElse(Standing.RUNS);
    if (!same && standing != Standing.FREE) {
      throw mismatch(original);
    }
    return switch (standing) {
      case FREE -> true;
      case ANSWERED -> false;
      case UNSTORED ->
          throw conflict(
              ErrorCode.RESULT_NOT_STORED,
              original,
              "The request of this Idempotency-Key was answered as "
                  + original.text()
                  + " with store: false, so its answer cannot be given again.");
      case RUNS ->
          throw running(
                  "The request of this Idempotency-Key still runs as "
                      + original.text()
                      + ". Try again in a second.")
              .withHeader(RESPONSE_ID, original.text());
    };
  }

  private enum Standing {
    RUNS,
    ANSWERED,
    UNSTORED,
    FREE
  }

  /// Empty while it may still end.
  private Optional<Standing> standing(UUID account, ResponseId original) {
    Optional<Request> found = requests.find(account, original);
    if (found.isEmpty()) {
      return lookup.mayBeOnItsWay(original) ? Optional.empty() : Optional.of(Standing.FREE);
    }
    Request request = found.get();
    if (request.data().deleted()) {
      return Optional.of(Standing.FREE);
    }
    return switch (request) {
      case Request.Active _ -> Optional.empty();
      case Request.Completed _ -> Optional.of(answered(request));
      case Request.Canceled _ -> Optional.of(answered(request));
      case Request.Failed _ -> Optional.of(isCurable(request) ? Standing.FREE : answered(request));
    };
  }

  private static Standing answered(Request request) {
    return request.data().store() ? Standing.ANSWERED : Standing.UNSTORED;
  }

  /// True when it failed in a way that a repeat may cure, so that a repeat is a request of its own.
  public static boolean isCurable(Request request) {
    return request instanceof Request.Failed failed && !isFinal(failed.reason());
  }

  /// True when the same request would be refused again, so that its client was told what to change.
  private static boolean isFinal(FailureReason reason) {
    return switch (reason) {
      case FailureReason.NonRetriableStatus(int status, String body) ->
          switch (UpstreamError.of(
                  status, body.getBytes(StandardCharsets.UTF_8), "application/json")
              .kind()) {
            case REJECTED, NOT_FOUND, TOO_LARGE -> true;
            case RATE_LIMITED, OVERLOADED, UNAVAILABLE, INVALID_ANSWER, TIMED_OUT -> false;
          };
      case FailureReason.RequestRejected _ -> true;
      case FailureReason.RetriableStatus _,
          FailureReason.NetworkError _,
          FailureReason.TimedOut _,
          FailureReason.TruncatedStream _,
          FailureReason.WorkerLost _,
          FailureReason.GatewayLost _,
          FailureReason.DeadlineExceeded _,
          FailureReason.CallLost _,
          FailureReason.ClientDisconnected _ ->
          false;
    };
  }

  private static GatewayException mismatch(ResponseId original) {
    return conflict(
        ErrorCode.IDEMPOTENCY_KEY_MISMATCH,
        original,
        "This Idempotency-Key was used for another request. Use another key.");
  }

  private static GatewayException conflict(ErrorCode code, ResponseId original, String message) {
    return GatewayException.of(code, message)
        .withHeader("x-should-retry", "false")
        .withHeader(RESPONSE_ID, original.text());
  }

  private static GatewayException running(String message) {
    return GatewayException.of(ErrorCode.RESPONSE_NOT_YET_RECORDED, message)
        .withHeader("retry-after", "1");
  }
}
