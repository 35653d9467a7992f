package dev.sluice.gateway.inference;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.request.ServiceTier;

/// Which service tiers an endpoint offers, and what must go with them. Every 400 says what to do
/// instead.
final class TierRules {

  private static final String TIER = "service_tier";

  private TierRules() {}

  /// The tier in force for a client's word.
  ///
  /// @throws GatewayException 400 when it is none
  static ServiceTier tier(Field field) {
    if (field.isAbsent()) {
      return ServiceTier.DEFAULT;
    }
    return switch (field.text()) {
      case "auto", "default", "scale", "fast" -> ServiceTier.DEFAULT;
      case "priority" -> ServiceTier.PRIORITY;
      case "flex" -> ServiceTier.FLEX;
      case "background" -> ServiceTier.BACKGROUND;
      default ->
          throw field.invalid(
              "must be one of auto, background, default, fast, flex, priority, scale");
    };
  }

  /// @throws GatewayException 400 for a combination that is not offered
  static void check(ValidRequest request) {
    switch (request) {
      case ValidRequest.Responses responses -> checkResponses(responses);
      case ValidRequest.Chat _, ValidRequest.Embeddings _ -> checkAnswered(request);
      case ValidRequest.Compaction _ -> checkRealtime(request);
    }
    if (request.isQueued() && !request.common().store()) {
      throw invalid(
          "'store' must not be false for queued work, which is kept until it is fetched. Leave it"
              + " out, and DELETE the response afterwards.",
          "store");
    }
  }

  private static void checkResponses(ValidRequest.Responses request) {
    if (request.common().tier() == ServiceTier.BACKGROUND && !request.isBackground()) {
      throw invalid(
          "'background' must be true for the service tier 'background', whose answer nobody waits"
              + " for. Add it, or use the tier 'flex'.",
          "background");
    }
  }

  private static void checkAnswered(ValidRequest request) {
    if (request.common().tier() == ServiceTier.BACKGROUND) {
      throw invalid(
          "The service tier 'background' is for POST /v1/responses with 'background: true'. Use"
              + " that, or the tier 'flex'.",
          TIER);
    }
  }

  private static void checkRealtime(ValidRequest request) {
    switch (request.common().tier()) {
      case DEFAULT, PRIORITY -> {
        // Both are answered at once.
      }
      case FLEX, BACKGROUND ->
          throw GatewayException.of(
              ErrorCode.NOT_SUPPORTED,
              "A conversation is made short at once; leave 'service_tier' out.",
              TIER);
    }
  }

  private static GatewayException invalid(String message, String param) {
    return GatewayException.of(ErrorCode.INVALID_VALUE, message, param);
  }
}
