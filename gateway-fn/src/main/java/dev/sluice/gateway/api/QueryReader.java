package dev.sluice.gateway.api;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.ResponseId;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Query parameters, each with its error. An empty value counts as absent.
record QueryReader(InboundRequest inbound) {

  private static final int DEFAULT_LIMIT = 20;
  private static final int MAX_LIMIT = 100;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  Optional<String> text(String name) {
    return inbound.query(name).filter(Predicate.not(String::isEmpty));
  }

  /// 1–100, 20 when absent.
  int limit() {
    return text("limit")
        .map(text ->
            Optional.of(text)
                .filter(number -> NUMBER.matcher(number).matches())
                .map(Integer::valueOf)
                .filter(limit -> limit >= 1 && limit <= MAX_LIMIT)
                .orElseThrow(() -> invalid("limit", "limit is a whole number from 1 to 100.")))
        .orElse(DEFAULT_LIMIT);
  }

  /// `asc` or `desc`, which is the default.
  boolean isAscending() {
    return text("order")
        .map(order ->
            switch (order) {
              case "asc" -> true;
              case "desc" -> false;
              default -> throw invalid("order", "order is asc or desc.");
            })
        .orElse(false);
  }

  /// The id of a response, which need not exist: it is a place in the order and tells nothing.
  Optional<ResponseId> cursor(String name) {
    return word(name, ResponseId::parse, name + " is the id of a response.");
  }

  /// A value of a closed set.
  <T> Optional<T> word(String name, Function<String, Optional<T>> known, String rule) {
    return text(name).map(text -> known.apply(text).orElseThrow(() -> invalid(name, rule)));
  }

  static GatewayException invalid(String name, String rule) {
    return GatewayException.of(ErrorCode.INVALID_VALUE, rule, name);
  }
}
