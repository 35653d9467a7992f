package dev.sluice.gateway.errors;

import java.util.Locale;
import java.util.Optional;

/// The error catalogue: every code a client can see, with its status, its type, what causes it and
/// what to do. The docs page is generated from it, and one parameterised test has a case per code.
public enum ErrorCode {
  INVALID_JSON(
      400,
      Type.INVALID_REQUEST,
      "The body is not a JSON object in UTF-8, is empty, or breaks a limit of the parser.",
      "Send one JSON object, encoded as UTF-8 without a byte order mark."),
  DUPLICATE_KEY(
      400,
      Type.INVALID_REQUEST,
      "An object in the body names the same key twice; which one counts would be a guess.",
      "Send each key once."),
  MISSING_REQUIRED_PARAMETER(
      400,
      Type.INVALID_REQUEST,
      "A field that this endpoint needs is absent.",
      "Add the field named in `param`."),
  INVALID_VALUE(
      400,
      Type.INVALID_REQUEST,
      "A field has a wrong type or a value outside its range.",
      "Correct the field named in `param`."),
  UNKNOWN_PARAMETER(
      400,
      Type.INVALID_REQUEST,
      "The body has a field that this endpoint does not know; ignoring it would hide a mistake.",
      "Remove the field named in `param`, or correct its name."),
  NOT_SUPPORTED(
      400,
      Type.INVALID_REQUEST,
      "The API knows this, this deployment does not offer it yet.",
      "Use what the message recommends."),
  PREVIOUS_RESPONSE_NOT_FOUND(
      400,
      Type.INVALID_REQUEST,
      "The response to continue, or one that it continues, is unknown, deleted or was not stored.",
      "Continue a stored response, or send the whole conversation as `input`."),
  PREVIOUS_RESPONSE_NOT_FINISHED(
      400,
      Type.INVALID_REQUEST,
      "The response to continue still runs.",
      "Wait until GET /v1/responses/{id} shows that it has ended, and try again."),
  NOT_CANCELABLE(
      400,
      Type.INVALID_REQUEST,
      "A response that is being answered right now cannot be cancelled.",
      "Close the connection to stop reading it, or wait until it has ended."),
  INVALID_API_KEY(
      401,
      Type.AUTHENTICATION,
      "No key was sent, or it is malformed, unknown or revoked.",
      "Send `Authorization: Bearer slk_…` with a valid key."),
  API_KEY_EXPIRED(
      401, Type.AUTHENTICATION, "The key was valid until its end date.", "Ask for a new key."),
  INVALID_ADMIN_KEY(
      401,
      Type.AUTHENTICATION,
      "An admin route was called without the admin key of this deployment, or none is configured.",
      "Send `Authorization: Bearer …` with the value of SLUICE_ADMIN_KEY."),
  MODEL_NOT_ALLOWED(
      403,
      Type.PERMISSION,
      "The model exists, but this key may not use it.",
      "Use a model of GET /v1/models, or ask the owner of the key for access."),
  TIER_NOT_ALLOWED(
      403,
      Type.PERMISSION,
      "The key lacks the capability that this service tier needs.",
      "Use another tier, or ask the owner of the key for the capability."),
  MODEL_NOT_FOUND(
      404,
      Type.NOT_FOUND,
      "No model of this name is configured.",
      "Use a model of GET /v1/models."),
  RESPONSE_NOT_FOUND(
      404,
      Type.NOT_FOUND,
      "There is no response of this id in your account: it never existed, is deleted or was not stored.",
      "Check the id and the key."),
  CONTENT_NOT_FOUND(
      404,
      Type.NOT_FOUND,
      "The response exists but has no body: it is still running, or failed before it had one.",
      "Look at the response's `status` and `error` with GET /v1/responses/{id}."),
  ACCOUNT_NOT_FOUND(
      404, Type.NOT_FOUND, "There is no account of this id.", "Create the account first."),
  KEY_NOT_FOUND(404, Type.NOT_FOUND, "There is no key of this id.", "Check the key's public id."),
  UPSTREAM_NOT_FOUND(
      404,
      Type.NOT_FOUND,
      "The model server does not have what the request names; its message is passed on.",
      "Correct what the message names."),
  ROUTE_NOT_FOUND(
      404, Type.NOT_FOUND, "There is no such path.", "Check the base URL: it ends in /v1."),
  IDEMPOTENCY_KEY_MISMATCH(
      409,
      Type.CONFLICT,
      "The `Idempotency-Key` was used for another request within 24 hours.",
      "Send the same request as before, or another key."),
  RESULT_NOT_STORED(
      409,
      Type.CONFLICT,
      "The request of this `Idempotency-Key` was answered, and its answer is not stored.",
      "Use another key to have it answered again."),
  REQUEST_CANCELLED(
      409,
      Type.CONFLICT,
      "The request was cancelled while its client waited for the answer.",
      "Send it again if it is still wanted."),
  METHOD_NOT_ALLOWED(
      405,
      Type.INVALID_REQUEST,
      "The path exists, but not with this method.",
      "Use one of the methods in the `allow` header."),
  REQUEST_TOO_LARGE(
      413,
      Type.INVALID_REQUEST,
      "The request is larger than what one call can carry.",
      "Send less in one call, or refer to large content by URL."),
  UNSUPPORTED_MEDIA_TYPE(
      415,
      Type.INVALID_REQUEST,
      "The body is of another content type than JSON.",
      "Send `Content-Type: application/json`."),
  UPSTREAM_REJECTED(
      Type.INVALID_REQUEST,
      "The model server refused the request itself; its message is passed on.",
      "Correct what the message names."),
  RATE_LIMIT_EXCEEDED(
      429,
      Type.RATE_LIMIT,
      "The model server, or this deployment, is at its limit.",
      "Wait as long as `retry-after` says and try again."),
  INTERNAL_ERROR(
      500,
      Type.SERVER,
      "A fault of the gateway.",
      "Try again; report the request id when it stays."),
  UPSTREAM_UNAVAILABLE(
      502,
      Type.UPSTREAM,
      "No model server that serves this model could be reached, or it failed.",
      "Try again later."),
  UPSTREAM_INVALID_RESPONSE(
      502,
      Type.UPSTREAM,
      "The model server answered with something that is not an answer.",
      "Try again; report the request id when it stays."),
  WORKER_LOST(
      502,
      Type.UPSTREAM,
      "The workers that ran this queued request were lost, several in a row.",
      "Send it again; report the response id when it happens again."),
  OVERLOADED(
      503,
      Type.SERVER,
      "A part that the gateway needs does not answer right now; nothing was charged.",
      "Wait as long as `retry-after` says and try again."),
  UPSTREAM_OVERLOADED(
      503,
      Type.SERVER,
      "The model server says that it is overloaded; its message is passed on.",
      "Wait as long as `retry-after` says and try again."),
  RESPONSE_NOT_YET_RECORDED(
      503,
      Type.SERVER,
      "The response exists, but its record has not arrived in the database yet.",
      "Try again after `retry-after`."),
  UPSTREAM_TIMEOUT(
      504,
      Type.UPSTREAM,
      "The model server did not answer in time.",
      "Use stream: true, or ask for a shorter answer."),
  FLEX_WAIT_EXCEEDED(
      504,
      Type.UPSTREAM,
      "The flex request is still queued or running, and this connection may not wait any longer.",
      "Fetch the answer by the id in `x-sluice-response-id`; sending the request again costs twice."),
  DEADLINE_EXCEEDED(
      504,
      Type.UPSTREAM,
      "The queued request was not begun before its deadline.",
      "Send it again when there is less to do, or in the default tier.");

  /// The `type` of the envelope.
  public enum Type {
    INVALID_REQUEST("invalid_request_error"),
    AUTHENTICATION("authentication_error"),
    PERMISSION("permission_error"),
    NOT_FOUND("not_found_error"),
    CONFLICT("conflict_error"),
    RATE_LIMIT("rate_limit_error"),
    UPSTREAM("upstream_error"),
    SERVER("server_error");

    private final String text;

    Type(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  private final Optional<Integer> status;
  private final Type type;
  private final String cause;
  private final String fix;

  ErrorCode(int status, Type type, String cause, String fix) {
    this.status = Optional.of(status);
    this.type = type;
    this.cause = cause;
    this.fix = fix;
  }

  ErrorCode(Type type, String cause, String fix) {
    this.status = Optional.empty();
    this.type = type;
    this.cause = cause;
    this.fix = fix;
  }

  /// The word in the envelope.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The HTTP status; empty for the one code that carries the upstream's.
  public Optional<Integer> status() {
    return status;
  }

  public Type type() {
    return type;
  }

  /// What makes it happen, one sentence for the docs.
  public String cause() {
    return cause;
  }

  /// What the caller does about it, one sentence for the docs.
  public String fix() {
    return fix;
  }
}
