package dev.sluice.upstream;

import dev.sluice.request.Endpoint;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What clients call a model, and who serves it.
///
/// @param alias the name that clients use
/// @param targets in fallback order, never empty
/// @param maxInFlight calls of the daemon's lane at once, over all runs
/// @param price null when it is not known
public record Model(
    String alias,
    List<Target> targets,
    Set<Endpoint> endpoints,
    int maxInFlight,
    @Nullable Price price) {

  public Model {
    targets = List.copyOf(targets);
    endpoints = Set.copyOf(endpoints);
    if (targets.isEmpty()) {
      throw new IllegalArgumentException("Nobody serves " + alias);
    }
  }

  /// True when this model may be asked for it; what may answer may also compact.
  public boolean offers(Endpoint endpoint) {
    return endpoints.contains(endpoint == Endpoint.COMPACTIONS ? Endpoint.RESPONSES : endpoint);
  }

  /// @param model the name that this upstream uses
  public record Target(Upstream upstream, String model) {}

  /// @param currency ISO 4217
  public record Price(BigDecimal inputPerMillion, BigDecimal outputPerMillion, String currency) {}
}
