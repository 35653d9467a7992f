package dev.sluice.emulators;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// One HTTP request as the [ScriptedUpstream] got it.
///
/// @param number 0 for the first request of the server, then 1 and so on
/// @param path the request target as it was sent, with its query
/// @param headers by lower-case name, values in their order
/// @param body decoded from its transfer coding; the array is shared and must not be changed
@SuppressWarnings("ArrayRecordComponent") // recorded bytes; nobody compares requests by value
public record UpstreamRequest(
    int number, String method, String path, Map<String, List<String>> headers, byte[] body) {

  public UpstreamRequest {
    headers = Map.copyOf(headers);
  }

  /// The first header of this name, in any case.
  public Optional<String> header(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream().findFirst();
  }

  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
