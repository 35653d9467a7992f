package dev.sluice.gateway.api;

import dev.sluice.gateway.openapi.OpenApiDocument;
import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;

/// The contract of the API, for everybody.
@Controller
final class OpenApiController {

  private final JsonObject document;

  /// Made when somebody asks for the document, not at the start of the function.
  OpenApiController() {
    this.document = OpenApiDocument.make();
  }

  @Get("/openapi.json")
  HttpResponse<byte[]> document() {
    return Answers.ok(document);
  }
}
