package dev.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UpstreamErrorBodyTest {

  static Stream<Arguments> bodies() {
    return Stream.of(
        // OpenAI
        Arguments.of(
            "{\"error\":{\"message\":\"Bad model\",\"type\":\"t\",\"param\":\"model\",\"code\":\"c\"}}",
            "Bad model",
            "c",
            "model"),
        Arguments.of(
            "{\"error\":{\"message\":\"Bad\",\"param\":null,\"code\":null}}", "Bad", null, null),
        // Codes that are numbers are no words.
        Arguments.of("{\"error\":{\"message\":\"Bad\",\"code\":400}}", "Bad", null, null),
        // vLLM, flat
        Arguments.of(
            "{\"object\":\"error\",\"message\":\"Too long\",\"code\":400,\"param\":\"n\"}",
            "Too long",
            null,
            "n"),
        // nested by a proxy
        Arguments.of(
            "{\"error\":{\"error\":{\"message\":\"Deep\",\"code\":\"d\"}}}", "Deep", "d", null),
        Arguments.of(
            "{\"error\":{\"error\":{\"message\":\"Deep\"},\"code\":\"outer\"}}",
            "Deep",
            "outer",
            null),
        // a bare string
        Arguments.of("{\"error\":\"model is loading\"}", "model is loading", null, null),
        Arguments.of("{\"error\":\"rate\",\"code\":\"slow_down\"}", "rate", "slow_down", null),
        // FastAPI
        Arguments.of("{\"detail\":\"Not Found\"}", "Not Found", null, null),
        Arguments.of(
            "{\"detail\":[{\"loc\":[\"body\",\"messages\",0],\"msg\":\"field required\"},{\"msg\":\"two\"}]}",
            "body.messages.0: field required; two",
            null,
            null),
        Arguments.of("{\"detail\":{\"message\":\"inside\"}}", "inside", null, null),
        // Google
        Arguments.of(
            "[{\"error\":{\"code\":400,\"message\":\"Invalid\",\"status\":\"INVALID_ARGUMENT\"}}]",
            "Invalid",
            null,
            null),
        Arguments.of(
            "{\"errors\":[{\"message\":\"first\"},{\"message\":\"second\"}]}", "first", null, null),
        // text
        Arguments.of("upstream request timeout", "upstream request timeout", null, null),
        Arguments.of("  spaced \n", "spaced", null, null),
        Arguments.of("\"just a string\"", "just a string", null, null),
        // JSON without a message is shown as it is
        Arguments.of("{\"ok\":false}", "{\"ok\":false}", null, null),
        Arguments.of("{\"error\":{}}", "{\"error\":{}}", null, null),
        Arguments.of("17", "17", null, null),
        Arguments.of(
            "{\"error\":{\"message\":\"broken", "{\"error\":{\"message\":\"broken", null, null));
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void everyKnownFormGivesItsMessage(
      String body, String message, @Nullable String code, @Nullable String param) {
    UpstreamErrorBody unwrapped = unwrap(body, "application/json");

    assertThat(unwrapped).isEqualTo(new UpstreamErrorBody(message, code, param));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   \r\n",
        "<html><body>502 Bad Gateway</body></html>",
        "<!DOCTYPE html><title>no</title>",
        "\n <HTML lang=en>",
        "<?xml version=\"1.0\"?><Error/>",
        "<!-- comment --><html/>"
      })
  void emptyBodiesAndPagesNameTheStatusOnly(String body) {
    assertThat(unwrap(body, "").message()).isEqualTo("The upstream answered 400.");
  }

  @Test
  void aPageIsRecognisedByItsContentTypeToo() {
    assertThat(unwrap("Bad Gateway", "Text/HTML; charset=utf-8").message())
        .isEqualTo("The upstream answered 400.");
  }

  @Test
  void aPageInsideAnEnvelopeIsNotShown() {
    assertThat(unwrap("{\"error\":{\"message\":\"<html>x</html>\"}}", "application/json").message())
        .isEqualTo("The upstream answered 400.");
  }

  @Test
  void longTextsAreCutBetweenCharacters() {
    String text = "x".repeat(999) + "😀" + "y".repeat(5_000);

    String message = unwrap(text, "text/plain").message();

    assertThat(message).isEqualTo("x".repeat(999));
  }

  @Test
  void noBytesMakeItThrowOrGiveAnEmptyMessage() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);

    for (int i = 0; i < 2_000 * Integer.getInteger("sluice.test.scale", 1); i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      if (bytes.length > 0 && random.nextBoolean()) {
        bytes[0] = (byte) "{[\"<".charAt(random.nextInt(4));
      }

      UpstreamErrorBody unwrapped = UpstreamErrorBody.unwrap(500, bytes, "");

      assertThat(unwrapped.message()).as("seed %d, body %d", seed, i).isNotEmpty();
      assertThat(unwrapped.message().length()).isLessThanOrEqualTo(1_000);
    }
  }

  private static UpstreamErrorBody unwrap(String body, String contentType) {
    return UpstreamErrorBody.unwrap(400, body.getBytes(StandardCharsets.UTF_8), contentType);
  }
}
