package dev.sluice.gateway.inference;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.Deadline;
import dev.sluice.request.Endpoint;
import dev.sluice.request.ResponseIds;
import dev.sluice.upstream.Model;
import dev.sluice.upstream.ModelCatalog;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/// Decides whether a request may go to a model server, and gives it its id when it may. What is
/// refused here leaves no trace in the database. Safe for use by several threads.
@Singleton
final class Admissions {

  private final ModelCatalog models;
  private final ResponseIds ids;
  private final InstantSource clock;
  private final GatewaySettings settings;
  private final RequestRules rules;

  Admissions(ModelCatalog models, ResponseIds ids, InstantSource clock, GatewaySettings settings) {
    this.models = models;
    this.ids = ids;
    this.clock = clock;
    this.settings = settings;
    this.rules = new RequestRules(settings.maxBodyBytes());
  }

  /// @param startNanos when the request came, on the clock of its deadline
  /// @throws GatewayException 400, 403, 404, 413 or 415
  Admission admit(Endpoint endpoint, InboundRequest inbound, Caller caller, long startNanos) {
    ValidRequest request = rules.check(endpoint, inbound);
    Model model = model(request, caller);
    Deadline end =
        inbound
            .deadline()
            .minus(settings.endMargin())
            .orSooner(request.stream() ? settings.maxStreamTotal() : settings.maxTotal());
    return new Admission(
        inbound,
        caller,
        request,
        model,
        ids.next(caller.accountId()),
        clock.instant(),
        startNanos,
        end);
  }

  private Model model(ValidRequest request, Caller caller) {
    String alias = request.common().model();
    Model model =
        models
            .find(alias)
            .orElseThrow(() ->
                GatewayException.of(
                    ErrorCode.MODEL_NOT_FOUND,
                    "The model '" + alias + "' does not exist. GET /v1/models lists yours.",
                    "model"));
    if (!caller.key().allows(alias)) {
      throw GatewayException.of(
          ErrorCode.MODEL_NOT_ALLOWED, "This key may not use the model '" + alias + "'.", "model");
    }
    if (!model.offers(request.endpoint())) {
      throw GatewayException.of(
          ErrorCode.INVALID_VALUE,
          "The model '" + alias + "' does not offer " + request.endpoint().path() + ".",
          "model");
    }
    return model;
  }
}
