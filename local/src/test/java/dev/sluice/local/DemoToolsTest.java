package dev.sluice.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.Json;
import org.junit.jupiter.api.Test;

final class DemoToolsTest {

  @Test
  void argumentsFitTheirSchema() {
    assertThat(
            arguments(
                """
                {"type":"object","properties":{
                  "to":{"type":"string","format":"email"},
                  "at":{"type":["null","string"],"format":"date"},
                  "fixed":{"const":7},
                  "list":{"type":"array","minItems":2,"items":{"type":"boolean"}},
                  "either":{"anyOf":[{"type":"null"},{"type":"number","minimum":3}]},
                  "unit":{"$ref":"#/$defs/unit"},
                  "free":{}},
                 "$defs":{"unit":{"type":"string","enum":["m","km"]}}}
                """))
        .isEqualTo(
            "{\"to\":\"someone@example.com\",\"at\":\"2026-01-31\",\"fixed\":7,"
                + "\"list\":[true,true],\"either\":3,\"unit\":\"m\",\"free\":\"example free\"}");
  }

  @Test
  void aSchemaThatRefersToItselfEnds() {
    assertThat(arguments("{\"properties\":{\"child\":{\"$ref\":\"#\"}},\"type\":\"object\"}"))
        .startsWith("{\"child\":{\"child\":")
        .endsWith("}");
    assertThat(arguments("{\"$ref\":\"#\"}")).isEqualTo("{}");
    assertThat(arguments("{}")).isEqualTo("{}");
  }

  private static String arguments(String schema) {
    return new String(
        Json.write(DemoTools.arguments(Json.objectOrEmpty(schema.getBytes(UTF_8)))), UTF_8);
  }
}
