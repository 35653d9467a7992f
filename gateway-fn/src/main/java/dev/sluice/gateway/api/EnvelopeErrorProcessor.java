package dev.sluice.gateway.api;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import io.micronaut.context.annotation.Primary;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import jakarta.inject.Singleton;

/// Errors that the framework finds by itself, as the error envelope: its own formats never reach a
/// client, nor do its texts.
@Singleton
@Primary
final class EnvelopeErrorProcessor implements ErrorResponseProcessor<byte[]> {

  @Override
  public MutableHttpResponse<byte[]> processResponse(
      ErrorContext context, MutableHttpResponse<?> response) {
    return Errors.response(
        exception(response.code(), context), Identity.requestId(context.getRequest()));
  }

  private static Throwable exception(int status, ErrorContext context) {
    return switch (status) {
      case 404 -> GatewayException.of(ErrorCode.ROUTE_NOT_FOUND, "There is no such route here.");
      case 405 ->
          GatewayException.of(ErrorCode.METHOD_NOT_ALLOWED, "This path takes other methods only.");
      case 413 -> GatewayException.of(ErrorCode.REQUEST_TOO_LARGE, "The request is too large.");
      case 415 ->
          GatewayException.of(
              ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Send \"Content-Type: application/json\".");
      default ->
          status < 500
              ? GatewayException.of(ErrorCode.INVALID_VALUE, "The request is not valid.")
              : context
                  .getRootCause()
                  .orElseGet(() -> new IllegalStateException("The framework answered " + status));
    };
  }
}
