package dev.sluice.upstream;

import java.nio.charset.StandardCharsets;

/// The text of an upstream's error as a failure reason carries it: short, and such that a database
/// column takes it. The whole body is recorded beside it.
public final class ErrorText {

  /// Enough to hold any error message.
  static final int MAX_LENGTH = 4_096;

  private ErrorText() {}

  /// The body as text, cut, and without what PostgreSQL's text cannot hold.
  public static String of(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8).replace('\0', ' ');
    if (text.length() <= MAX_LENGTH) {
      return text;
    }
    boolean splitsPair = Character.isHighSurrogate(text.charAt(MAX_LENGTH - 1));
    return text.substring(0, splitsPair ? MAX_LENGTH - 1 : MAX_LENGTH);
  }
}
