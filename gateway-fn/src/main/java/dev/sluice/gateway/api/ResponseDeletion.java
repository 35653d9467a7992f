package dev.sluice.gateway.api;

import dev.sluice.completion.ObjectStore;
import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.gateway.read.ResponseLookup;
import dev.sluice.request.Deadline;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes responses with everything they hold. Safe for use by several threads.
@Singleton
final class ResponseDeletion {

  private static final Logger LOG = LoggerFactory.getLogger(ResponseDeletion.class);
  private static final int OBJECTS_AT_ONCE = 1_000;

  private final RequestStore requests;
  private final ResponseLookup lookup;
  private final ObjectStore objects;

  ResponseDeletion(RequestStore requests, ResponseLookup lookup, ObjectStore objects) {
    this.requests = requests;
    this.lookup = lookup;
    this.objects = objects;
  }

  /// Deletes the response of this id. Its large bodies go first, so that a failure leaves a row by
  /// which the call can be repeated; after success a repeat is 404.
  ///
  /// @throws GatewayException 404 and 503 as the lookup, 503 when the object store does not answer
  ResponseId delete(Caller caller, String idText, Deadline deadline) {
    ResponseId id = lookup.find(caller.accountId(), idText, deadline).data().id();
    deleteObjects(caller.accountId() + "/" + id.uuid() + "/");
    if (!requests.delete(caller.accountId(), id)) {
      throw GatewayException.of(
          ErrorCode.RESPONSE_NOT_FOUND, "There is no response " + id.text() + ".");
    }
    LOG.atInfo()
        .addKeyValue("response_id", id)
        .addKeyValue("account_id", caller.accountId())
        .addKeyValue("key_id", caller.keyId())
        .log("Response deleted");
    return id;
  }

  private void deleteObjects(String prefix) {
    try {
      List<String> names = objects.list(prefix, OBJECTS_AT_ONCE);
      names.forEach(objects::delete);
    } catch (UncheckedIOException e) {
      throw GatewayException.of(
              ErrorCode.OVERLOADED,
              "The object store does not answer right now; nothing was deleted. Try again.")
          .because(e);
    }
  }
}
