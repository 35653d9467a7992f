package dev.sluice.emulators;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import com.amazonaws.services.lambda.runtime.serialization.factories.GsonFactory;
import java.io.InputStream;
import java.io.OutputStream;

/// A function that takes and gives objects, called with bytes: the runtime's own serialisation
/// stands between, as on Lambda.
///
/// @param <E> an event of `aws-lambda-java-events`
/// @param <R> a response of `aws-lambda-java-events`
public final class PojoFunction<E, R> implements RequestStreamHandler {

  private final RequestHandler<E, R> handler;
  private final PojoSerializer<E> events;
  private final PojoSerializer<R> responses;

  public PojoFunction(RequestHandler<E, R> handler, Class<E> eventType, Class<R> responseType) {
    this.handler = handler;
    this.events = serializer(eventType);
    this.responses = serializer(responseType);
  }

  private static <T> PojoSerializer<T> serializer(Class<T> type) {
    return LambdaEventSerializers.isLambdaSupportedEvent(type.getName())
        ? LambdaEventSerializers.serializerFor(type, type.getClassLoader())
        : GsonFactory.getInstance().getSerializer(type);
  }

  @Override
  public void handleRequest(InputStream event, OutputStream response, Context context) {
    responses.toJson(handler.handleRequest(events.fromJson(event), context), response);
  }
}
