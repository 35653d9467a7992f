package dev.sluice.call;

import dev.sluice.translate.HiddenError;
import dev.sluice.upstream.UpstreamResult;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue.JsonObject;
import java.util.Locale;
import java.util.Optional;

/// Tells whether a 2xx body is an answer at all; whether it is one of the endpoint that was called
/// is its translation's to say. Model servers and the proxies in front of them answer 200 with
/// error objects, HTML and nothing at all.
public final class AnswerRules {

  private AnswerRules() {}

  /// What a 2xx body is.
  sealed interface Verdict {

    /// A JSON object that says nothing of an error.
    record Sound(JsonDocument document) implements Verdict {}

    /// An error under the wrong status.
    ///
    /// @param status the one that was meant
    record Hidden(int status) implements Verdict {}

    /// Something else.
    ///
    /// @param why our own sentence for the client
    record Invalid(String why) implements Verdict {}
  }

  /// Judges a complete body that is not a stream.
  static Verdict check(UpstreamResult.Answered head, byte[] body) {
    if (isCompressed(head)) {
      return new Verdict.Invalid("The model server compressed its answer unasked.");
    }
    if (body.length == 0) {
      return new Verdict.Invalid("The model server's answer is empty.");
    }
    Optional<JsonDocument> parsed =
        Json.parseUpstream(body) instanceof Json.Parse.Parsed(JsonDocument document)
                && document.root() instanceof JsonObject
            ? Optional.of(document)
            : Optional.empty();
    Optional<Integer> hidden = parsed.flatMap(document -> HiddenError.statusOf(document.object()));
    if (hidden.isPresent()) {
      return new Verdict.Hidden(hidden.get());
    }
    if (parsed.isEmpty() || head.header("content-type").filter(type -> !isJson(type)).isPresent()) {
      return new Verdict.Invalid("The model server's answer is not a JSON object.");
    }
    return new Verdict.Sound(parsed.get());
  }

  /// True when the head announces server-sent events that can be read as they come.
  public static boolean isStream(UpstreamResult.Answered head) {
    return head.status() == 200
        && !isCompressed(head)
        && head.header("content-type")
            .filter(type -> mediaType(type).equals("text/event-stream"))
            .isPresent();
  }

  private static boolean isCompressed(UpstreamResult.Answered head) {
    return head.header("content-encoding")
        .filter(coding -> !coding.isBlank() && !coding.strip().equalsIgnoreCase("identity"))
        .isPresent();
  }

  private static boolean isJson(String contentType) {
    String type = mediaType(contentType);
    return type.equals("application/json") || type.endsWith("+json");
  }

  private static String mediaType(String contentType) {
    int end = contentType.indexOf(';');
    return (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }
}
