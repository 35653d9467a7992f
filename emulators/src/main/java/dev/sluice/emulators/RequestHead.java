package dev.sluice.emulators;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What comes before the body of an HTTP/1.1 request.
///
/// @param path as it was sent, with the query
/// @param headers by lower-case name
record RequestHead(String method, String path, Map<String, List<String>> headers) {

  /// The first value of a header.
  Optional<String> header(String lowerCaseName) {
    return headers.getOrDefault(lowerCaseName, List.of()).stream().findFirst();
  }
}
