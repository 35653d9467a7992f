package dev.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.Json.Parse;
import dev.sluice.wire.JsonValue.JsonNumber;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "null",
        "\"text\"",
        "-0.10",
        "{\"b\":1,\"a\":[true,false,null,{}],\"\":\"\"}",
        "{\"n\":1e400,\"m\":123456789012345678901234567890,\"o\":1.0}",
        "{\"text\":\"ü 世界 \\\\ \\\" \\n\"}"
      })
  void whatIsReadIsWrittenAsItWas(String json) {
    assertThat(Json.parse(bytes(json)))
        .isInstanceOfSatisfying(
            Parse.Parsed.class,
            parsed -> assertThat(text(Json.write(parsed.document().root()))).isEqualTo(json));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  \r\n",
        "{",
        "}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{'a':1}",
        "{a:1}",
        "[1 2]",
        "nul",
        "01",
        "+1",
        "1.",
        ".5",
        "NaN",
        "Infinity",
        "\"\t\"",
        "\"\\x\"",
        "{} {}",
        "{}x",
        "{\"a\":1}\u0000",
        "{\"a\":\"\u0000\"}",
        "\uFEFF{}",
        "// c\n{}",
        "{\"a\":1,\"a\":2}",
        "{\"x\":{\"a\":1,\"a\":2}}"
      })
  void whatIsNotStrictJsonIsRefusedWithAReason(String json) {
    assertThat(Json.parse(bytes(json)))
        .isInstanceOfSatisfying(
            Parse.Malformed.class, malformed -> assertThat(malformed.message()).endsWith("."));
  }

  @Test
  void aDuplicateKeyIsNamedAndUpstreamsMayRepeatThem() {
    byte[] json = bytes("{\"x\":[{\"model\":1,\"model\":2}]}");

    assertThat(Json.parse(json))
        .isInstanceOfSatisfying(
            Parse.Malformed.class,
            malformed -> assertThat(malformed.duplicateKey()).isEqualTo("model"));
    assertThat(text(Json.write(Json.objectOrEmpty(json)))).isEqualTo("{\"x\":[{\"model\":2}]}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
  void otherEncodingsAreRefused(String charset) {
    assertThat(Json.parse("{\"a\":1}".getBytes(Charset.forName(charset))))
        .isInstanceOf(Parse.Malformed.class);
  }

  @Test
  void bytesThatAreNoUtf8AreRefusedWithTheirPlace() {
    byte[] json = bytes("{\"a\":\"xx\"}");
    json[6] = (byte) 0xC0;

    assertThat(Json.parse(json))
        .isEqualTo(new Parse.Malformed("The body is not valid UTF-8 at byte 6.", ""));
  }

  @ParameterizedTest
  @CsvSource({"128, true", "129, false", "100000, false"})
  void depthHasALimit(int depth, boolean accepted) {
    String json = "[".repeat(depth) + "]".repeat(depth);

    assertThat(Json.parse(bytes(json)) instanceof Parse.Parsed).isEqualTo(accepted);
  }

  @ParameterizedTest
  @CsvSource({"100, true", "101, false", "100000, false"})
  void numbersHaveALimit(int length, boolean accepted) {
    assertThat(Json.parse(bytes("1".repeat(length))) instanceof Parse.Parsed).isEqualTo(accepted);
  }

  @Test
  void noBytesMakeItThrow() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    String alphabet = "{}[]\",:0123456789eE+-.truefalsn \\u\n";

    for (int i = 0; i < 5_000 * Integer.getInteger("sluice.test.scale", 1); i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      for (int at = 0; at < bytes.length; at++) {
        if (random.nextInt(8) > 0) {
          bytes[at] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
        }
      }

      Parse strict = Json.parse(bytes);
      Parse lenient = Json.parseUpstream(bytes);

      if (strict instanceof Parse.Parsed(JsonDocument document)) {
        byte[] written = Json.write(document.root());
        assertThat(Json.parse(written))
            .as("seed %d, body %d", seed, i)
            .isInstanceOf(Parse.Parsed.class);
        assertThat(lenient).as("seed %d, body %d", seed, i).isInstanceOf(Parse.Parsed.class);
      }
    }
  }

  @Test
  void everyCharacterComesBackAlsoHalfOfAPair() {
    JsonObject json = JsonObject.builder().put("😀", "a😀b\uD83Dc\uDE00\u0000").build();

    assertThat(Json.objectOrEmpty(Json.write(json))).isEqualTo(json);
    assertThat(Json.objectOrEmpty(Json.writeAscii(json))).isEqualTo(json);
  }

  @Test
  void asciiSurvivesEveryQueue() {
    JsonObject json = JsonObject.builder().put("ü", "😀\u0000\uD800").build();

    byte[] ascii = Json.writeAscii(json);

    assertThat(text(ascii).chars()).allMatch(character -> character >= 0x20 && character < 0x7F);
    assertThat(text(ascii)).contains("\\u00FC", "\\uD83D\\uDE00", "\\u0000");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "-0, 0",
    "1.0, 1",
    "1e3, 1000",
    "1.5, ",
    "9223372036854775807, 9223372036854775807",
    "9223372036854775808, ",
    "1e999999999, ",
    "0e999999999, 0",
    "1e-999999999, "
  })
  void wholeNumbersAreReadHoweverTheyAreSpelled(String spelling, Long value) {
    assertThat(new JsonNumber(spelling).asLong().orElse(null)).isEqualTo(value);
  }

  @Test
  void membersAreEditedInPlaceAndAllOtherBytesStay() {
    String json = "{ \"model\" : \"a\" , \"x\":1.50,\"store\":true,  \"y\":[ 1 ] }";
    Parse.Parsed parsed = (Parse.Parsed) Json.parse(bytes(json));

    byte[] edited =
        parsed
            .document()
            .edit()
            .set("model", "b")
            .remove("store")
            .remove("absent")
            .set("added", JsonValue.of(7))
            .toBytes();

    assertThat(text(edited)).isEqualTo("{\"model\" : \"b\",\"x\":1.50,\"y\":[ 1 ],\"added\":7}");
  }

  @Test
  void anEditThatChangesNothingIsTheOriginal() {
    Parse.Parsed parsed = (Parse.Parsed) Json.parse(bytes("{ \"a\" : 1 }"));

    assertThat(parsed.document().edit().remove("b").toBytes()).isSameAs(parsed.document().bytes());
  }

  @Test
  void membersTellWhatKindTheyAre() {
    JsonObject json =
        Json.objectOrEmpty(
            bytes("{\"s\":\"x\",\"n\":2,\"t\":true,\"z\":null,\"a\":[1],\"o\":{\"k\":1}}"));

    assertThat(json.text("s")).contains("x");
    assertThat(json.text("n")).isEmpty();
    assertThat(json.number("n")).contains(2L);
    assertThat(json.number("s")).isEmpty();
    assertThat(json.isTrue("t")).isTrue();
    assertThat(json.isTrue("n")).isFalse();
    assertThat(json.isAbsent("z")).isTrue();
    assertThat(json.isAbsent("missing")).isTrue();
    assertThat(json.isAbsent("s")).isFalse();
    assertThat(json.items("a")).hasSize(1);
    assertThat(json.items("o")).isEmpty();
    assertThat(json.object("o")).isPresent();
    assertThat(json.object("a")).isEmpty();
    assertThat(Json.objectOrEmpty(bytes("[1]"))).isEqualTo(JsonObject.EMPTY);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
