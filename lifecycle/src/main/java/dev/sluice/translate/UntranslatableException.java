package dev.sluice.translate;

/// A request asks for something that the protocol of an upstream cannot express. Nothing was sent.
public final class UntranslatableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String param;

  /// @param param the JSON path of the field at fault, such as `tools[0].type`
  /// @param message a sentence for the client
  public UntranslatableException(String param, String message) {
    super(message);
    this.param = param;
  }

  public String param() {
    return param;
  }

  public String message() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
