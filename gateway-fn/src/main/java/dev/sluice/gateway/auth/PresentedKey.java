package dev.sluice.gateway.auth;

import dev.sluice.gateway.http.InboundRequest;
import java.util.Optional;
import java.util.function.Predicate;

/// Where a key stands in a request: `Authorization: Bearer …` (the scheme in any case, RFC 9110,
/// 11.1), or `x-api-key`.
final class PresentedKey {

  private static final String SCHEME = "Bearer ";

  private PresentedKey() {}

  /// The text of the key; empty when there is none. A bearer key counts before `x-api-key`.
  static Optional<String> of(InboundRequest request) {
    return request
        .header("authorization")
        .map(String::strip)
        .filter(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
        .map(value -> value.substring(SCHEME.length()).strip())
        .or(() -> request.header("x-api-key").map(String::strip))
        .filter(Predicate.not(String::isEmpty));
  }
}
