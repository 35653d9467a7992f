package dev.sluice.emulators;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import com.amazonaws.services.lambda.runtime.serialization.factories.GsonFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A batch function on the other side of JSON. The serialisation is that of Lambda's Java runtime.
///
/// @param handler gets the event and writes the batch response, or nothing, or `null`
record BytesBatchFunction(RequestStreamHandler handler) implements BatchFunction {

  private static final PojoSerializer<SQSEvent> EVENTS =
      LambdaEventSerializers.serializerFor(SQSEvent.class, SQSEvent.class.getClassLoader());
  private static final PojoSerializer<SQSBatchResponse> RESPONSES =
      GsonFactory.getInstance().getSerializer(SQSBatchResponse.class);

  @Override
  public @Nullable SQSBatchResponse handle(SQSEvent event, Context context) throws IOException {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    EVENTS.toJson(event, json);
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    handler.handleRequest(new ByteArrayInputStream(json.toByteArray()), answer, context);
    return answer.size() == 0
        ? null
        : RESPONSES.fromJson(new ByteArrayInputStream(answer.toByteArray()));
  }
}
