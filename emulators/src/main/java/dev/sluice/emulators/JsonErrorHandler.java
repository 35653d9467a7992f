package dev.sluice.emulators;

import java.util.UUID;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/// Gives the errors of the HTTP server's parser the form of all others.
final class JsonErrorHandler extends ErrorHandler {

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    GatewayFault fault = GatewayFault.ofParserStatus(response.getStatus());
    new HttpExchange(request, response, callback, UUID.randomUUID().toString()).fault(fault);
    return true;
  }
}
