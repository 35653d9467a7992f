package dev.sluice.gateway.api;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import dev.sluice.gateway.errors.ErrorReply;
import dev.sluice.gateway.errors.GatewayException;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Errors on their way out of this function, inside and outside the framework.
final class Errors {

  private static final Logger LOG = LoggerFactory.getLogger(Errors.class);

  private Errors() {}

  static MutableHttpResponse<byte[]> response(Throwable thrown, String requestId) {
    ErrorReply reply = reply(thrown, requestId);
    MutableHttpResponse<byte[]> response =
        HttpResponse.<byte[]>status(reply.status(), "").body(reply.body());
    reply.headers().forEach(response::header);
    return response;
  }

  static APIGatewayProxyResponseEvent event(Throwable thrown, String requestId) {
    ErrorReply reply = reply(thrown, requestId);
    return new APIGatewayProxyResponseEvent()
        .withStatusCode(reply.status())
        .withHeaders(reply.headers())
        .withBody(new String(reply.body(), StandardCharsets.UTF_8));
  }

  private static ErrorReply reply(Throwable thrown, String requestId) {
    ErrorReply reply = ErrorReply.of(thrown, requestId);
    if (!(thrown instanceof GatewayException) && reply.status() == 500) {
      LOG.atError()
          .addKeyValue("request_id", requestId)
          .setCause(thrown)
          .log("A request ended in a fault of the gateway");
    } else if (reply.status() >= 500) {
      LOG.atWarn()
          .addKeyValue("request_id", requestId)
          .addKeyValue("status", reply.status())
          .setCause(thrown)
          .log("A request could not be served");
    }
    return reply;
  }
}
