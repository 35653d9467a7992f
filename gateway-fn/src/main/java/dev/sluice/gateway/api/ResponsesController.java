package dev.sluice.gateway.api;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.request.Deadline;
import dev.sluice.request.ResponseId;
import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;

/// Stored responses: list, input items, delete.
@Controller("/v1/responses")
final class ResponsesController {

  private final ResponsePages pages;
  private final ResponseDeletion deletion;

  ResponsesController(ResponsePages pages, ResponseDeletion deletion) {
    this.pages = pages;
    this.deletion = deletion;
  }

  @Get
  HttpResponse<byte[]> list(Caller caller, ListQuery query) {
    ResponsePages.Page page = pages.responses(caller, query);
    return Answers.page(page.data(), page.hasMore());
  }

  @Get("/{id}/input_items")
  HttpResponse<byte[]> inputItems(
      Caller caller, @PathVariable String id, InputItemsQuery query, Deadline deadline) {
    ResponsePages.Page page = pages.inputItems(caller, id, query, deadline);
    return Answers.page(page.data(), page.hasMore());
  }

  @Delete("/{id}")
  HttpResponse<byte[]> delete(Caller caller, @PathVariable String id, Deadline deadline) {
    ResponseId deleted = deletion.delete(caller, id, deadline);
    return Answers.ok(
        JsonObject.builder()
            .put("id", deleted.text())
            .put("object", "response")
            .put("deleted", true)
            .build());
  }
}
