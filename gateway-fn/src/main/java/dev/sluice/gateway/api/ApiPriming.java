package dev.sluice.gateway.api;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import dev.sluice.priming.Rehearsal;
import dev.sluice.sandbox.Priming;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.util.Map;

/// The API function's own work through the framework: what needs no database, what finds nothing in
/// it, and mistakes.
final class ApiPriming implements Priming {

  private static final String UNKNOWN = "resp_00000000-0000-7000-8000-000000000000";

  @Override
  public void prime() throws IOException {
    try (Rehearsal rehearsal = Rehearsal.start();
        ApplicationContext context = rehearsal.equip(ApplicationContext.builder()).start()) {
      ApiFunction function = new ApiFunction(context);
      rehearsal.lookUpKey(context);
      for (int round = 0; round < Rehearsal.ROUNDS; round++) {
        ask(function, rehearsal, "GET", "/v1/models", 200);
        ask(function, rehearsal, "GET", "/v1/responses", 200);
        ask(function, rehearsal, "GET", "/v1/responses/" + UNKNOWN + "/input_items", 404);
        ask(function, rehearsal, "GET", "/v1/models/unknown", 404);
        ask(function, rehearsal, "GET", "/healthz", 200);
      }
      ask(function, rehearsal, "GET", "/openapi.json", 200);
    }
  }

  private static void ask(
      ApiFunction function, Rehearsal rehearsal, String method, String path, int expected)
      throws IOException {
    APIGatewayProxyRequestEvent event = new APIGatewayProxyRequestEvent();
    event.setHttpMethod(method);
    event.setPath(path);
    event.setHeaders(Map.of("authorization", "Bearer " + rehearsal.key()));
    APIGatewayProxyResponseEvent answer = function.handleRequest(event, new PrimingInvocation());
    if (answer.getStatusCode() != expected) {
      throw new IOException(method + " " + path + " was answered " + answer.getStatusCode());
    }
  }
}
