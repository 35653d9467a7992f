package dev.sluice.gateway.api;

import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;

/// Whether this function runs, and whether what it needs can be reached.
@Controller
final class HealthController {

  private final Readiness readiness;

  HealthController(Readiness readiness) {
    this.readiness = readiness;
  }

  /// Touches nothing.
  @Get("/healthz")
  HttpResponse<byte[]> health() {
    return Answers.ok(JsonObject.builder().put("status", "ok").build());
  }

  @Get("/readyz")
  HttpResponse<byte[]> ready() {
    readiness.check();
    return Answers.ok(
        JsonObject.builder()
            .put("status", "ready")
            .put("database", true)
            .put("queue", true)
            .build());
  }
}
