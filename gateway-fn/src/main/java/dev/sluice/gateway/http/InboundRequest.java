package dev.sluice.gateway.http;

import dev.sluice.request.Deadline;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A request as API Gateway hands it over, before anything of it is believed.
///
/// @param path as the client wrote it, not decoded
/// @param headers by lower-case name, all values in order
/// @param query decoded by API Gateway, all values in order
/// @param body the bytes that the client sent; empty when there was none
/// @param requestId the id of the invocation, shown to the client as `x-request-id`
/// @param traceId the invocation's trace id
/// @param deadline when the function is ended
@SuppressWarnings("ArrayRecordComponent") // bytes travel; nobody compares requests by value
public record InboundRequest(
    String method,
    String path,
    Map<String, List<String>> headers,
    Map<String, List<String>> query,
    byte[] body,
    String requestId,
    String traceId,
    Deadline deadline) {

  public InboundRequest {
    TreeMap<String, List<String>> lower = new TreeMap<>();
    headers.forEach(
        (name, values) -> lower.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
    headers = Map.copyOf(lower);
    query = Map.copyOf(query);
  }

  /// The first value of a header, whose name is given in lower case.
  public Optional<String> header(String name) {
    return headers.getOrDefault(name, List.of()).stream().findFirst();
  }

  /// The last value of a query parameter.
  public Optional<String> query(String name) {
    List<String> values = query.getOrDefault(name, List.of());
    return values.isEmpty() ? Optional.empty() : Optional.of(values.getLast());
  }
}
