package dev.sluice.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AdminAuthenticatorTest {

  @Test
  void theAdminKeyOpens() {
    AdminAuthenticator authenticator = new AdminAuthenticator("admin-secret");

    assertThatCode(() -> authenticator.authenticate(request("Bearer admin-secret")))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Bearer", "Bearer admin-secre", "Bearer admin-secret2", "admin-secret"})
  void anythingElseIsRefused(String authorization) {
    AdminAuthenticator authenticator = new AdminAuthenticator("admin-secret");

    assertRefused(authenticator, authorization);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "  "})
  void withoutAnAdminKeyNobodyIsTheOperator(@Nullable String configured) {
    AdminAuthenticator authenticator = new AdminAuthenticator(configured);

    assertRefused(authenticator, "Bearer ");
    assertRefused(authenticator, "Bearer null");
    assertRefused(authenticator, "Bearer   ");
  }

  private static void assertRefused(AdminAuthenticator authenticator, String authorization) {
    assertThatThrownBy(() -> authenticator.authenticate(request(authorization)))
        .isInstanceOfSatisfying(
            GatewayException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_ADMIN_KEY));
  }

  private static InboundRequest request(String authorization) {
    return new InboundRequest(
        "POST",
        "/admin/v1/accounts",
        Map.of("Authorization", List.of(authorization)),
        Map.of(),
        new byte[0],
        "request-1",
        "trace-1",
        Deadline.in(Duration.ofSeconds(29)));
  }
}
