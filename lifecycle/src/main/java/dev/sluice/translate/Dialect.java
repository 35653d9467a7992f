package dev.sluice.translate;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// In whose words the events of a Response are told. Both specifications name raw reasoning
/// differently (OpenAI 2026-08, Open Responses 2026-04-24); all else is the same. Applied when a
/// frame is sent: what is stored is in OpenAI's words.
public enum Dialect {
  OPENAI,
  OPEN_RESPONSES;

  private static final String OPENAI_START = "event: response.reasoning_text.";

  /// What the value of the request header asks for; OpenAI's words for every other value.
  public static Dialect ofHeader(String value) {
    return value.strip().equalsIgnoreCase("open-responses") ? OPEN_RESPONSES : OPENAI;
  }

  /// The frame of one event in the words of this dialect.
  public byte[] apply(byte[] frame) {
    byte[] start = ascii(OPENAI_START);
    boolean isOther =
        this == OPEN_RESPONSES
            && frame.length > start.length
            && Arrays.equals(frame, 0, start.length, start, 0, start.length);
    return isOther ? renamed(frame, start.length) : frame;
  }

  /// The type stands twice at known places: in the event line and as the first member of the data.
  private static byte[] renamed(byte[] frame, int start) {
    int lineEnd = start;
    while (frame[lineEnd] != '\n') {
      lineEnd++;
    }
    String word = new String(frame, start, lineEnd - start, StandardCharsets.US_ASCII);
    byte[] head = ascii(head("reasoning_text." + word));
    ByteArrayOutputStream out = new ByteArrayOutputStream(frame.length);
    out.writeBytes(ascii(head("reasoning." + word)));
    out.write(frame, head.length, frame.length - head.length);
    return out.toByteArray();
  }

  private static String head(String name) {
    return "event: response." + name + "\ndata: {\"type\":\"response." + name + "\"";
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
