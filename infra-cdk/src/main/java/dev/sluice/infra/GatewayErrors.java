package dev.sluice.infra;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.services.apigateway.GatewayResponseOptions;
import software.amazon.awscdk.services.apigateway.ResponseType;
import software.amazon.awscdk.services.apigateway.RestApi;

/// Errors of API Gateway itself, in the form of all others: see `docs/errors.md`.
///
/// Routes and methods that do not exist are the functions' to answer; they are here too, so that
/// nothing the service decides by itself ever shows its own body.
final class GatewayErrors {

  /// One of our errors, and what the service calls its occasions.
  ///
  /// @param retryAfter seconds; 0 = without that header
  private record Answer(
      int status, String type, String code, String message, int retryAfter, List<ResponseType> of) {

    /// The service puts the request's id in; nothing else of the request goes into the body.
    String body() {
      return """
      {"error":{"message":"%s","type":"%s","param":null,"code":"%s",\
      "request_id":"$context.requestId"}}\
      """
          .formatted(message, type, code);
    }

    Map<String, String> headers() {
      Map<String, String> headers = new TreeMap<>(Map.of("cache-control", "'no-store'"));
      if (retryAfter > 0) {
        headers.put("retry-after", "'" + retryAfter + "'");
      }
      return headers;
    }
  }

  private static final List<Answer> ANSWERS =
      List.of(
          new Answer(
              400,
              "invalid_request_error",
              "invalid_value",
              "The request cannot be read.",
              0,
              List.of(ResponseType.DEFAULT_4_XX)),
          new Answer(
              404,
              "not_found_error",
              "route_not_found",
              "There is no such path. The base URL ends in /v1.",
              0,
              List.of(
                  ResponseType.MISSING_AUTHENTICATION_TOKEN,
                  ResponseType.INVALID_SIGNATURE,
                  ResponseType.RESOURCE_NOT_FOUND)),
          new Answer(
              413,
              "invalid_request_error",
              "request_too_large",
              "The request is larger than one call can carry. Send less, or refer to large content by URL.",
              0,
              List.of(ResponseType.REQUEST_TOO_LARGE)),
          new Answer(
              415,
              "invalid_request_error",
              "unsupported_media_type",
              "Send Content-Type: application/json.",
              0,
              List.of(ResponseType.UNSUPPORTED_MEDIA_TYPE)),
          new Answer(
              429,
              "rate_limit_error",
              "rate_limit_exceeded",
              "There are more requests at once than this deployment takes.",
              1,
              List.of(ResponseType.THROTTLED, ResponseType.QUOTA_EXCEEDED)),
          new Answer(
              429,
              "rate_limit_error",
              "rate_limit_exceeded",
              "Your address sent more requests in five minutes than one may.",
              60,
              List.of(ResponseType.WAF_FILTERED)),
          new Answer(
              500,
              "server_error",
              "internal_error",
              "The gateway failed before it gave an answer.",
              0,
              List.of(ResponseType.DEFAULT_5_XX)),
          // Also what is left of a function that is throttled.
          new Answer(
              500,
              "server_error",
              "internal_error",
              "The gateway failed before it gave an answer.",
              5,
              List.of(ResponseType.API_CONFIGURATION_ERROR, ResponseType.INTEGRATION_FAILURE)),
          new Answer(
              504,
              "upstream_error",
              "upstream_timeout",
              "The gateway did not answer in time.",
              0,
              List.of(ResponseType.INTEGRATION_TIMEOUT)));

  private GatewayErrors() {}

  static void in(RestApi api) {
    for (Answer answer : ANSWERS) {
      for (ResponseType type : answer.of()) {
        api.addGatewayResponse(
            "Error" + type.getResponseType(),
            GatewayResponseOptions.builder()
                .type(type)
                .statusCode(Integer.toString(answer.status()))
                .responseHeaders(answer.headers())
                .templates(Map.of("application/json", answer.body()))
                .build());
      }
    }
  }
}
