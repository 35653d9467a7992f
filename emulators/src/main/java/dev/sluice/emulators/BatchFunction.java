package dev.sluice.emulators;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A function that an SQS event-source mapping calls, with partial batch responses switched on.
@FunctionalInterface
public interface BatchFunction {

  /// Handles one batch.
  ///
  /// @return the messages that failed; null means that none did
  /// @throws IOException when the function failed as a whole
  @Nullable SQSBatchResponse handle(SQSEvent event, Context context) throws IOException;

  /// A function that is called with the event's JSON and answers JSON, as one in another process.
  static BatchFunction ofBytes(RequestStreamHandler handler) {
    return new BytesBatchFunction(handler);
  }
}
