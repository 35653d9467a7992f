package dev.sluice.gateway.http;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The one table of routes: which paths exist and which function serves them. The API Gateway
/// stand-in and the tests read it; the deployment, which may use no class of ours, reads
/// `routes.json`, which a test holds equal to it.
///
/// Every `/v1/…` path is also reachable as `/ai/v1/…`: each reader derives those.
public enum Route {
  CHAT_COMPLETIONS("POST", "/v1/chat/completions", Function.INFERENCE, Access.KEY),
  EMBEDDINGS("POST", "/v1/embeddings", Function.INFERENCE, Access.KEY),
  CREATE_RESPONSE("POST", "/v1/responses", Function.INFERENCE, Access.KEY),
  COMPACT("POST", "/v1/responses/compact", Function.INFERENCE, Access.KEY),
  INPUT_TOKENS("POST", "/v1/responses/input_tokens", Function.INFERENCE, Access.KEY),
  GET_RESPONSE("GET", "/v1/responses/{id}", Function.INFERENCE, Access.KEY),
  CANCEL_RESPONSE("POST", "/v1/responses/{id}/cancel", Function.INFERENCE, Access.KEY),
  LIST_RESPONSES("GET", "/v1/responses", Function.API, Access.KEY),
  DELETE_RESPONSE("DELETE", "/v1/responses/{id}", Function.API, Access.KEY),
  INPUT_ITEMS("GET", "/v1/responses/{id}/input_items", Function.API, Access.KEY),
  CONTENT("GET", "/v1/responses/{id}/content", Function.INFERENCE, Access.KEY),
  LIST_MODELS("GET", "/v1/models", Function.API, Access.KEY),
  GET_MODEL("GET", "/v1/models/{model}", Function.API, Access.KEY),
  CREATE_ACCOUNT("POST", "/admin/v1/accounts", Function.API, Access.ADMIN),
  CREATE_KEY("POST", "/admin/v1/accounts/{account}/keys", Function.API, Access.ADMIN),
  REVOKE_KEY("DELETE", "/admin/v1/keys/{key}", Function.API, Access.ADMIN),
  HEALTH("GET", "/healthz", Function.API, Access.PUBLIC),
  READY("GET", "/readyz", Function.API, Access.PUBLIC),
  OPENAPI("GET", "/openapi.json", Function.API, Access.PUBLIC);

  /// Which Lambda function serves a route.
  public enum Function {
    /// The hot path and every answer that may be as large as a model server's: streams, up to 15
    /// minutes.
    INFERENCE,
    /// Everything else: buffered, 29 seconds, and Lambda refuses an answer above 6 MB.
    API
  }

  /// What a caller must show.
  public enum Access {
    KEY,
    ADMIN,
    PUBLIC
  }

  private final String method;
  private final String template;
  private final Function function;
  private final Access access;

  Route(String method, String template, Function function, Access access) {
    this.method = method;
    this.template = template;
    this.function = function;
    this.access = access;
  }

  public String method() {
    return method;
  }

  /// The path with `{name}` for each variable segment.
  public String template() {
    return template;
  }

  public Function function() {
    return function;
  }

  public Access access() {
    return access;
  }

  /// The route of a request; empty when there is none of this method and path.
  public static Optional<Route> of(String method, String path) {
    String bare = withoutPrefix(path);
    return Arrays.stream(values())
        .filter(route -> route.method.equals(method) && route.matches(bare))
        .findFirst();
  }

  /// The methods of all routes with this path: empty for an unknown path.
  public static List<String> methodsOf(String path) {
    String bare = withoutPrefix(path);
    return Arrays.stream(values()).filter(route -> route.matches(bare)).map(Route::method).toList();
  }

  /// `/ai/v1/…` is the predecessor's spelling of `/v1/…`.
  public static String withoutPrefix(String path) {
    return path.startsWith("/ai/v1/") ? path.substring("/ai".length()) : path;
  }

  /// The segment that stands where the template has its variable.
  ///
  /// @throws IllegalStateException when this route has no variable or the path is not one of it
  public String variable(String path) {
    String[] expected = template.split("/", -1);
    String[] actual = withoutPrefix(path).split("/", -1);
    for (int i = 0; i < expected.length && i < actual.length; i++) {
      if (expected[i].startsWith("{")) {
        return actual[i];
      }
    }
    throw new IllegalStateException(template + " has no variable");
  }

  private boolean matches(String path) {
    String[] expected = template.split("/", -1);
    String[] actual = path.split("/", -1);
    if (expected.length != actual.length) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      boolean variable = expected[i].startsWith("{");
      if (variable ? actual[i].isEmpty() : !expected[i].equals(actual[i])) {
        return false;
      }
    }
    return true;
  }
}
