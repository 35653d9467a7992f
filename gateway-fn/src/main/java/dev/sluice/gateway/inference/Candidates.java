package dev.sluice.gateway.inference;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.translate.ClientCall;
import dev.sluice.translate.Translator;
import dev.sluice.translate.UntranslatableException;
import dev.sluice.upstream.Model;
import dev.sluice.upstream.ModelCatalog;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/// Finds who may answer a request. Safe for use by several threads.
@Singleton
final class Candidates {

  private final ModelCatalog models;
  private final Translator translator;

  Candidates(ModelCatalog models, Translator translator) {
    this.models = models;
    this.translator = translator;
  }

  /// The model that a request names.
  ///
  /// @throws GatewayException 400, 403 or 404 when it is not there for this caller and endpoint
  Model model(ValidRequest request, Caller caller) {
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

  /// The targets of the model that can be asked for this, in its order. When none can, the client
  /// is told why the first cannot.
  ///
  /// @throws GatewayException 400 with the field at fault
  List<Admission.Candidate> of(ClientCall call, Model model) {
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
      throw refusal(refusals.getFirst());
    }
    return candidates;
  }

  static GatewayException refusal(UntranslatableException refused) {
    return GatewayException.of(ErrorCode.INVALID_VALUE, refused.message(), refused.param());
  }
}
