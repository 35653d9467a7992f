package dev.sluice.gateway.api;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.upstream.Model;
import dev.sluice.upstream.ModelCatalog;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import java.util.List;

/// The models that the caller's key may use.
@Controller("/v1/models")
final class ModelsController {

  private final ModelCatalog catalog;

  ModelsController(ModelCatalog catalog) {
    this.catalog = catalog;
  }

  @Get
  HttpResponse<byte[]> list(Caller caller) {
    List<JsonValue> models =
        catalog.all().stream()
            .filter(model -> caller.key().allows(model.alias()))
            .<JsonValue>map(ModelsController::json)
            .toList();
    return Answers.ok(
        JsonObject.builder().put("object", "list").put("data", new JsonArray(models)).build());
  }

  @Get("/{model}")
  HttpResponse<byte[]> get(Caller caller, @PathVariable String model) {
    Model found =
        catalog
            .find(model)
            .orElseThrow(() ->
                GatewayException.of(
                    ErrorCode.MODEL_NOT_FOUND, "No model of this name is configured."));
    if (!caller.key().allows(model)) {
      throw GatewayException.of(
          ErrorCode.MODEL_NOT_ALLOWED, "This key may not use the model " + model + ".");
    }
    return Answers.ok(json(found));
  }

  /// Clients require `created`; the models file has no such date.
  private static JsonObject json(Model model) {
    return JsonObject.builder()
        .put("id", model.alias())
        .put("object", "model")
        .put("created", 0)
        .put("owned_by", "sluice")
        .build();
  }
}
