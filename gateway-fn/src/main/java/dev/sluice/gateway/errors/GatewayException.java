package dev.sluice.gateway.errors;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Ends a request with an error of the catalogue. The message is written for the caller and shown
/// to it.
public final class GatewayException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final int status;
  private final @Nullable String param;
  private final @Nullable String upstreamCode;
  private final transient Map<String, String> headers;

  private GatewayException(
      ErrorCode code,
      int status,
      String message,
      @Nullable String param,
      @Nullable String upstreamCode,
      Map<String, String> headers) {
    super(message);
    this.code = code;
    this.status = status;
    this.param = param;
    this.upstreamCode = upstreamCode;
    this.headers = Map.copyOf(headers);
  }

  public static GatewayException of(ErrorCode code, String message) {
    return new GatewayException(code, code.status().orElseThrow(), message, null, null, Map.of());
  }

  /// @param param the JSON path of the field at fault, such as `input[2].content[0].image_url`
  public static GatewayException of(ErrorCode code, String message, String param) {
    return new GatewayException(code, code.status().orElseThrow(), message, param, null, Map.of());
  }

  /// An error that passes on the upstream's own status, 400–499.
  public static GatewayException ofUpstream(
      ErrorCode code, int status, String message, @Nullable String param) {
    return new GatewayException(code, status, message, param, null, Map.of());
  }

  /// The same error with one more response header.
  public GatewayException withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    GatewayException copy =
        new GatewayException(code, status, message(), param, upstreamCode, more);
    if (getCause() != null) {
      var _ = copy.initCause(getCause());
    }
    return copy;
  }

  /// The same error with its cause, for the log.
  public GatewayException because(Throwable cause) {
    GatewayException copy =
        new GatewayException(code, status, message(), param, upstreamCode, headers);
    var _ = copy.initCause(cause);
    return copy;
  }

  /// The same error with the model server's own word in place of ours, such as
  /// `context_length_exceeded`: clients react to it.
  ///
  /// @param word null to keep the catalogue's
  public GatewayException withUpstreamCode(@Nullable String word) {
    GatewayException copy = new GatewayException(code, status, message(), param, word, headers);
    if (getCause() != null) {
      var _ = copy.initCause(getCause());
    }
    return copy;
  }

  /// The word under `code` in the envelope.
  public String codeText() {
    return upstreamCode == null ? code.text() : upstreamCode;
  }

  public ErrorCode code() {
    return code;
  }

  public int status() {
    return status;
  }

  public String message() {
    String message = getMessage();
    return message == null ? "" : message;
  }

  public @Nullable String param() {
    return param;
  }

  public Map<String, String> headers() {
    return headers;
  }
}
