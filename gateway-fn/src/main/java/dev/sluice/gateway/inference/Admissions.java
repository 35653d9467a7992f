package dev.sluice.gateway.inference;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.Deadline;
import dev.sluice.request.Endpoint;
import dev.sluice.request.RequestData;
import dev.sluice.request.ResponseIds;
import dev.sluice.translate.ClientCall;
import dev.sluice.translate.UntranslatableException;
import dev.sluice.upstream.Model;
import dev.sluice.upstream.ModelCatalog;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// Decides whether a request may go to a model server, and gives it its id when it may. What is
/// refused here leaves no trace in the database. Safe for use by several threads.
@Singleton
final class Admissions {

  private final ModelCatalog models;
  private final ResponseIds ids;
  private final InstantSource clock;
  private final GatewaySettings settings;
  private final Translator translator;
  private final RequestRules rules;

  Admissions(
      ModelCatalog models,
      ResponseIds ids,
      InstantSource clock,
      GatewaySettings settings,
      Translator translator) {
    this.models = models;
    this.ids = ids;
    this.clock = clock;
    this.settings = settings;
    this.translator = translator;
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
    ClientCall call = new ClientCall(data(request, caller), request.common().document(), List.of());
    return new Admission(inbound, call, candidates(call, model), startNanos, end);
  }

  private RequestData data(ValidRequest request, Caller caller) {
    Instant at = clock.instant();
    return new RequestData(
        ids.next(caller.accountId()),
        caller.accountId(),
        caller.keyId(),
        request.endpoint(),
        request.common().model(),
        request.common().tier(),
        request.stream(),
        false,
        request.common().store(),
        at,
        at,
        at,
        false,
        false);
  }

  /// The targets that can be asked for this, in the model's order. The first refusal is what the
  /// client is told when none can.
  private List<Admission.Candidate> candidates(ClientCall call, Model model) {
    List<Admission.Candidate> candidates = new ArrayList<>();
    List<UntranslatableException> refusals = new ArrayList<>();
    for (Model.Target target : model.targets()) {
      try {
        candidates.add(new Admission.Candidate(target, translator.of(call, target)));
      } catch (UntranslatableException e) {
        refusals.add(e); // The next target may speak a protocol that can.
      }
    }
    if (candidates.isEmpty()) {
      UntranslatableException first = refusals.getFirst();
      throw GatewayException.of(ErrorCode.INVALID_VALUE, first.message(), first.param());
    }
    return candidates;
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
