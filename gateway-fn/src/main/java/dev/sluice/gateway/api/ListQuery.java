package dev.sluice.gateway.api;

import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.PublicStatus;
import dev.sluice.request.RequestStore.Page;
import dev.sluice.request.ServiceTier;
import java.util.Optional;

/// The query of a list of responses.
///
/// @param page without the one more that tells whether there is another page
record ListQuery(Page page) {

  static ListQuery parse(InboundRequest inbound) {
    QueryReader query = new QueryReader(inbound);
    return new ListQuery(
        new Page(
            query.limit(),
            query.cursor("after").orElse(null),
            query.cursor("before").orElse(null),
            query.isAscending(),
            query
                .word(
                    "status",
                    PublicStatus::ofText,
                    "status is queued, in_progress, completed, incomplete, failed or cancelled.")
                .orElse(null),
            query.word("model", ListQuery::alias, "model is the name of a model.").orElse(null),
            query
                .word(
                    "service_tier",
                    ServiceTier::ofText,
                    "service_tier is default, priority, flex or background.")
                .orElse(null)));
  }

  /// Control characters are in no name, and the database refuses some of them.
  private static Optional<String> alias(String text) {
    return text.chars().anyMatch(Character::isISOControl) ? Optional.empty() : Optional.of(text);
  }
}
