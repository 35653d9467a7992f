package dev.sluice.gateway.inference;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.request.Deadline;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.List;

/// The conversation before a request. Safe for use by several threads.
@FunctionalInterface
interface History {

  /// The items of all turns up to this response, oldest first, each turn's input before its output.
  ///
  /// @param previous the id as the client wrote it
  /// @throws dev.sluice.gateway.errors.GatewayException 400 when there is no such response to
  ///   continue, 503 when it cannot be read yet
  List<JsonObject> before(Caller caller, String previous, Deadline deadline);
}
