package dev.sluice.gateway.api;

import dev.sluice.gateway.http.InboundRequest;
import org.jspecify.annotations.Nullable;

/// The query of a list of input items. `include` and `include[]` are accepted: what they could add
/// is always there or never recorded.
///
/// @param after the id of an item, exclusive
record InputItemsQuery(int limit, @Nullable String after, boolean ascending) {

  static InputItemsQuery parse(InboundRequest inbound) {
    QueryReader query = new QueryReader(inbound);
    return new InputItemsQuery(
        query.limit(), query.text("after").orElse(null), query.isAscending());
  }
}
