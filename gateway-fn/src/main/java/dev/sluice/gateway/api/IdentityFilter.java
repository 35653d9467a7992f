package dev.sluice.gateway.api;

import dev.sluice.gateway.auth.AdminAuthenticator;
import dev.sluice.gateway.auth.Authenticator;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;

/// Recognises the caller before any controller runs, as the route's entry in the table demands.
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class IdentityFilter {

  private final Authenticator authenticator;
  private final AdminAuthenticator admin;

  IdentityFilter(Authenticator authenticator, AdminAuthenticator admin) {
    this.authenticator = authenticator;
    this.admin = admin;
  }

  @RequestFilter
  void identify(HttpRequest<?> request) {
    Identity.event(request)
        .ifPresent(event -> {
          switch (event.route().access()) {
            case KEY -> Identity.attach(request, authenticator.authenticate(event.inbound()));
            case ADMIN -> {
              admin.authenticate(event.inbound());
              Identity.attach(request, new Identity.Operator());
            }
            case PUBLIC -> {
              // Everybody may know how this function is.
            }
          }
        });
  }
}
