package dev.sluice.gateway.api;

import dev.sluice.gateway.http.InboundRequest;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a key is made from.
///
/// @param models the aliases it may use; null for all
/// @param expiresAt null for never
record NewKey(
    String name,
    @Nullable List<String> models,
    Set<String> capabilities,
    @Nullable Instant expiresAt) {

  private static final Set<String> CAPABILITIES = Set.of("background");

  NewKey {
    models = models == null ? null : List.copyOf(models);
    capabilities = Set.copyOf(capabilities);
  }

  static NewKey parse(InboundRequest inbound) {
    BodyReader body =
        BodyReader.parse(inbound, Set.of("name", "models", "capabilities", "expires_at"));
    List<String> capabilities = body.texts("capabilities").orElse(List.of());
    for (int i = 0; i < capabilities.size(); i++) {
      if (!CAPABILITIES.contains(capabilities.get(i))) {
        throw BodyReader.invalid(
            "capabilities[" + i + "]", "The capabilities are " + CAPABILITIES + ".");
      }
    }
    return new NewKey(
        body.name("name"),
        body.texts("models").orElse(null),
        Set.copyOf(capabilities),
        body.instant("expires_at").orElse(null));
  }
}
