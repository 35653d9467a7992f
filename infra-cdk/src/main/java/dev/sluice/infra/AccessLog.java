package dev.sluice.infra;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The lines of the access log: JSON with these fields and no other. A route stands in it as its
/// template, so neither ids nor query strings are there; nor are keys, headers or bodies.
final class AccessLog {

  /// Names and the service's variables. All values are texts: what does not apply is `-`.
  private static final List<Map.Entry<String, String>> FIELDS =
      List.of(
          Map.entry("time", "$context.requestTimeEpoch"),
          Map.entry("request_id", "$context.requestId"),
          Map.entry("trace_id", "$context.xrayTraceId"),
          Map.entry("source_ip", "$context.identity.sourceIp"),
          Map.entry("method", "$context.httpMethod"),
          Map.entry("route", "$context.resourcePath"),
          Map.entry("status", "$context.status"),
          Map.entry("error", "$context.error.responseType"),
          Map.entry("response_bytes", "$context.responseLength"),
          Map.entry("latency", "$context.responseLatency"),
          Map.entry("function_status", "$context.integration.status"),
          Map.entry("function_latency", "$context.integration.latency"));

  static final String FORMAT =
      FIELDS.stream()
          .map(field -> "\"%s\":\"%s\"".formatted(field.getKey(), field.getValue()))
          .collect(Collectors.joining(",", "{", "}"));

  private AccessLog() {}
}
