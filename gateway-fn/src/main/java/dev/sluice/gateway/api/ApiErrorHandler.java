package dev.sluice.gateway.api;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import jakarta.inject.Singleton;

/// Whatever a filter, a binder or a controller throws, as the error envelope.
@Singleton
final class ApiErrorHandler implements ExceptionHandler<Throwable, HttpResponse<byte[]>> {

  @Override
  @SuppressWarnings("rawtypes") // the interface's own signature
  public HttpResponse<byte[]> handle(HttpRequest request, Throwable exception) {
    return Errors.response(exception, Identity.requestId(request));
  }
}
