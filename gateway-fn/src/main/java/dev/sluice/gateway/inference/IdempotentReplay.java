package dev.sluice.gateway.inference;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.http.InboundRequest;
import dev.sluice.request.Request;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import jakarta.inject.Singleton;
import java.util.Optional;

/// Gives the answer of an earlier request again, in the form in which that one was asked. Safe for
/// use by several threads.
@Singleton
final class IdempotentReplay {

  private final RequestStore requests;
  private final EndedAnswers answers;

  IdempotentReplay(RequestStore requests, EndedAnswers answers) {
    this.requests = requests;
    this.answers = answers;
  }

  /// Answers a request that repeats an ended one.
  ///
  /// @param original what [dev.sluice.gateway.read.IdempotencyGuard] found
  /// @throws GatewayException the original's error, or 409 when its answer is gone meanwhile; both
  ///   carry the headers of a repeat
  void replay(Caller caller, ResponseId original, InboundRequest inbound, ClientReply client) {
    Optional<Request> found = requests.find(caller.accountId(), original);
    if (found.isPresent()
        && found.get().data().isVisible()
        && found.get() instanceof Request.Terminal ended) {
      give(new OwedAnswer(inbound, ended, client, true), ended);
    } else {
      throw OwedAnswer.repeated(original, EndedAnswers.gone(original));
    }
  }

  private void give(OwedAnswer owed, Request.Terminal ended) {
    try {
      answers.give(owed, ended);
    } catch (GatewayException e) {
      throw owed.told(e);
    }
  }
}
