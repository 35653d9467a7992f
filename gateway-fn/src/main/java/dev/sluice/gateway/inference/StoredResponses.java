package dev.sluice.gateway.inference;

import dev.sluice.call.Ending;
import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.gateway.read.ResponseLookup;
import dev.sluice.gateway.read.ResponseReader;
import dev.sluice.gateway.read.ResponseReader.Shown;
import dev.sluice.request.Deadline;
import dev.sluice.request.Request;
import dev.sluice.request.RequestStore;
import dev.sluice.wire.Json;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Single stored responses: shown to their owners, and cancelled where they wait. Safe for use by
/// several threads.
@Singleton
final class StoredResponses {

  /// What a read leaves of the function's time to write its answer.
  private static final Duration READ_MARGIN = Duration.ofSeconds(2);

  /// The only word of `include` that adds something: what the others name is always shown, or never
  /// recorded.
  private static final String ATTEMPTS = "x_sluice.attempts";

  private final RequestStore requests;
  private final ResponseLookup lookup;
  private final ResponseReader reader;
  private final StoredStream stream;

  StoredResponses(
      RequestStore requests, ResponseLookup lookup, ResponseReader reader, StoredStream stream) {
    this.requests = requests;
    this.lookup = lookup;
    this.reader = reader;
    this.stream = stream;
  }

  /// Shows it as JSON, or as the events of a stream.
  ///
  /// @throws GatewayException 404 and 503 as the lookup
  void show(InboundRequest inbound, String id, Caller caller, ClientReply client) {
    if (asksForStream(inbound)) {
      stream.serve(inbound, id, caller, client);
    } else {
      write(
          reader.response(caller, id, asksForAttempts(inbound), readDeadline(inbound)),
          inbound,
          client);
    }
  }

  /// Cancels queued work, also while a daemon runs it. One that has ended is shown as it is, so
  /// that a repeat gets the same.
  ///
  /// @throws GatewayException 404 and 503 as the lookup, 400 when a gateway is answering it
  void cancel(InboundRequest inbound, String id, Caller caller, ClientReply client) {
    Deadline end = readDeadline(inbound);
    Request found = lookup.findEnded(caller.accountId(), id, end);
    Request now =
        found instanceof Request.Queued
            ? requests
                .cancel(caller.accountId(), found.data().id())
                .orElseGet(() -> lookup.find(caller.accountId(), id, end))
            : found;
    if (now instanceof Request.Active) {
      throw GatewayException.of(
          ErrorCode.NOT_CANCELABLE,
          "This response is being answered right now and cannot be cancelled. Close its connection"
              + " to stop reading it.");
    }
    write(new Shown(reader.response(now, end), Optional.empty()), inbound, client);
  }

  private static void write(Shown shown, InboundRequest inbound, ClientReply client) {
    byte[] body = Json.write(shown.response());
    Map<String, String> headers = ReplyHeaders.of(Ending.JSON, inbound.requestId());
    shown
        .pollAfter()
        .ifPresent(wait -> headers.put(ReplyHeaders.POLL_AFTER, String.valueOf(wait.toMillis())));
    client.start(200, headers);
    client.write(body);
  }

  private static boolean asksForStream(InboundRequest inbound) {
    return switch (inbound.query("stream").orElse("")) {
      case "true" -> true;
      case "false", "" -> false;
      default ->
          throw GatewayException.of(ErrorCode.INVALID_VALUE, "stream is true or false.", "stream");
    };
  }

  /// SDKs write the name of a list with and without brackets.
  private static boolean asksForAttempts(InboundRequest inbound) {
    return Stream.of("include", "include[]")
        .flatMap(name -> inbound.query().getOrDefault(name, List.of()).stream())
        .anyMatch(ATTEMPTS::equals);
  }

  static Deadline readDeadline(InboundRequest inbound) {
    return inbound.deadline().minus(READ_MARGIN);
  }
}
