package dev.sluice.gateway.errors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// The page `docs/errors.md`, made from the catalogue.
///
/// ```text
/// java -cp gateway-fn/target/classes dev.sluice.gateway.errors.ErrorPage docs/errors.md
/// ```
final class ErrorPage {

  private static final String HEAD =
      """
      # Errors

      <!-- Made from the error catalogue (ErrorCode) by ErrorPage; a test compares the two. -->

      Every error is JSON of one shape, also for unknown routes, malformed bodies and faults of the gateway:

      ```json
      {"error":{"message":"…","type":"…","param":null,"code":"…","request_id":"…"}}
      ```

      `type` and the HTTP status are stable; `code` is the word of the table, or the model server's own word where its
      message is passed on (such as `context_length_exceeded`). `param` is the JSON path of the field at fault.
      `request_id` is also in the header `x-request-id`. Answers 429 and 503 carry `retry-after` (at most 60 seconds).

      | status | type | code | cause | what to do |
      |---|---|---|---|---|
      """;

  private ErrorPage() {}

  /// @param arguments the file to write
  public static void main(String[] arguments) throws IOException {
    var _ = Files.writeString(Path.of(arguments[0]), markdown());
  }

  /// The whole page.
  static String markdown() {
    StringBuilder page = new StringBuilder(HEAD);
    List<ErrorCode> codes =
        Arrays.stream(ErrorCode.values())
            .sorted(Comparator.comparing((ErrorCode code) -> code.status().orElse(0)))
            .toList();
    for (ErrorCode code : codes) {
      page.append("| ")
          .append(code.status().map(String::valueOf).orElse("4xx, the model server's"))
          .append(" | `")
          .append(code.type().text())
          .append("` | `")
          .append(code.text())
          .append("` | ")
          .append(code.cause())
          .append(" | ")
          .append(code.fix())
          .append(" |\n");
    }
    return page.toString();
  }
}
