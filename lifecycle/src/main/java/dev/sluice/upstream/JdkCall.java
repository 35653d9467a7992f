package dev.sluice.upstream;

import dev.sluice.request.Deadline;
import dev.sluice.request.FailureReason;
import dev.sluice.request.FailureReason.CallLost;
import dev.sluice.request.FailureReason.NetworkError;
import dev.sluice.request.FailureReason.TimedOut;
import dev.sluice.upstream.CredentialSource.CredentialUnavailableException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// A call of the JDK's client.
final class JdkCall implements UpstreamCall {

  private static final List<String> HEADERS =
      List.of("content-type", "content-encoding", "retry-after");
  private static final String RATE_LIMITS = "x-ratelimit-";

  private final CompletableFuture<HttpResponse<BodyQueue>> exchange;
  private final BodyQueue body;
  private final Deadline total;
  private final Deadline firstByte;
  private final Runnable onClose;
  private final AtomicBoolean isClosed = new AtomicBoolean();
  private @Nullable UpstreamResult result;

  /// @param onClose run once
  JdkCall(
      CompletableFuture<HttpResponse<BodyQueue>> exchange,
      BodyQueue body,
      Limits limits,
      Runnable onClose) {
    this.exchange = exchange;
    this.body = body;
    this.total = limits.total();
    this.firstByte = limits.total().orSooner(limits.firstByte());
    this.onClose = onClose;
  }

  /// @param firstByte how long the head may take, within the whole
  record Limits(Deadline total, Duration firstByte) {}

  @Override
  public UpstreamResult result() {
    UpstreamResult known = result;
    if (known == null) {
      known = await();
      result = known;
      if (known instanceof UpstreamResult.Unanswered) {
        close();
      }
    }
    return known;
  }

  private UpstreamResult await() {
    try {
      HttpResponse<BodyQueue> response =
          exchange.get(firstByte.remaining().toNanos(), TimeUnit.NANOSECONDS);
      return new UpstreamResult.Answered(response.statusCode(), headers(response), response.body());
    } catch (TimeoutException _) {
      // The caller takes the next upstream, or tells its client.
      return new UpstreamResult.Unanswered(
          new TimedOut(total.hasPassed() ? "total" : "first_byte"));
    } catch (CancellationException | ExecutionException e) {
      return new UpstreamResult.Unanswered(
          isClosed.get() ? new CallLost("The call was closed.") : reason(e.getCause()));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return new UpstreamResult.Unanswered(new CallLost("The call was interrupted."));
    }
  }

  private static Map<String, String> headers(HttpResponse<?> response) {
    Map<String, String> kept = new LinkedHashMap<>();
    response
        .headers()
        .map()
        .forEach((name, values) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          if (HEADERS.contains(lower) || lower.startsWith(RATE_LIMITS)) {
            kept.put(lower, values.getFirst());
          }
        });
    return kept;
  }

  /// By type, never by text: messages of the engine change and may quote the peer.
  private static FailureReason reason(@Nullable Throwable cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      switch (at) {
        case CredentialUnavailableException _ -> {
          return new NetworkError("credential", "The key of the upstream cannot be read.");
        }
        case HttpConnectTimeoutException _ -> {
          return new TimedOut("connect");
        }
        case ConnectException _, UnresolvedAddressException _ -> {
          return new NetworkError("connect", "No connection to the upstream.");
        }
        case SSLException _ -> {
          return new NetworkError("tls", "No encrypted connection to the upstream.");
        }
        case ProtocolException _ -> {
          return new NetworkError("protocol", "The upstream does not speak HTTP.");
        }
        default -> {
          // The cause behind it may say more.
        }
      }
    }
    return new NetworkError("reset", "The connection to the upstream broke.");
  }

  @Override
  public void close() {
    boolean isFirst = isClosed.compareAndSet(false, true);
    if (!exchange.isDone()) {
      var _ = exchange.cancel(true);
    }
    body.close();
    if (isFirst) {
      onClose.run();
    }
  }
}
