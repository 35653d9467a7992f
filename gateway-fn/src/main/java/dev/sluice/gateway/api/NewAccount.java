package dev.sluice.gateway.api;

import dev.sluice.gateway.http.InboundRequest;
import java.util.Set;

/// What an account is made from.
record NewAccount(String name) {

  static NewAccount parse(InboundRequest inbound) {
    return new NewAccount(BodyReader.parse(inbound, Set.of("name")).name("name"));
  }
}
