package dev.sluice.upstream;

import java.net.URI;
import java.time.Duration;

/// A model server, as the models file names it.
///
/// @param baseUrl without a trailing slash, usually ending in `/v1`
/// @param propagateTrace whether `traceparent` is sent to it
/// @param chat how it wants a translated chat request; means nothing for another protocol
/// @param streams whether queued work is asked of it as a stream, which shows that it is alive; a
///   server that cannot stream is asked for the whole answer, within the total of its timeouts
public record Upstream(
    String name,
    URI baseUrl,
    Protocol protocol,
    Credential credential,
    Timeouts timeouts,
    boolean propagateTrace,
    ChatTraits chat,
    boolean streams) {

  /// A server that streams.
  public Upstream(
      String name,
      URI baseUrl,
      Protocol protocol,
      Credential credential,
      Timeouts timeouts,
      boolean propagateTrace,
      ChatTraits chat) {
    this(name, baseUrl, protocol, credential, timeouts, propagateTrace, chat, true);
  }

  /// A server that streams, with the usual traits.
  public Upstream(
      String name,
      URI baseUrl,
      Protocol protocol,
      Credential credential,
      Timeouts timeouts,
      boolean propagateTrace) {
    this(name, baseUrl, protocol, credential, timeouts, propagateTrace, ChatTraits.DEFAULT);
  }

  /// What it speaks.
  public enum Protocol {
    CHAT,
    RESPONSES
  }

  /// Where its key comes from. The key itself is read at the call and is never part of this value.
  public sealed interface Credential {

    /// It wants no key.
    record None() implements Credential {}

    /// @param variable the environment variable that holds the key
    record Environment(String variable) implements Credential {}

    /// @param id the id of the secret in Secrets Manager
    record Secret(String id) implements Credential {}
  }

  /// Limits of one call.
  ///
  /// @param connect until the connection stands
  /// @param firstByte from sending the request to the head of the answer, of a streamed call; any
  ///   other sends its head with the whole answer, within its total
  /// @param idle between two reads of the body
  /// @param total of a call that is not streamed
  /// @param streamTotal of a streamed call
  public record Timeouts(
      Duration connect, Duration firstByte, Duration idle, Duration total, Duration streamTotal) {

    /// API Gateway cuts five minutes of silence: a call that is not streamed ends before.
    public static final Duration MAX_TOTAL = Duration.ofSeconds(270);

    /// The function of the streamed path lives 15 minutes.
    public static final Duration MAX_STREAM_TOTAL = Duration.ofMinutes(14);

    public static final Timeouts DEFAULT =
        new Timeouts(
            Duration.ofSeconds(2),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofMinutes(4),
            MAX_STREAM_TOTAL);
  }
}
