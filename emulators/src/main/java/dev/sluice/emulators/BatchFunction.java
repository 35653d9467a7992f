package dev.sluice.emulators;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import org.jspecify.annotations.Nullable;

/// A function that an SQS event-source mapping calls, with partial batch responses switched on.
@FunctionalInterface
public interface BatchFunction {

  /// Handles one batch.
  ///
  /// @return the messages that failed; null means that none did
  @Nullable SQSBatchResponse handle(SQSEvent event, Context context);
}
