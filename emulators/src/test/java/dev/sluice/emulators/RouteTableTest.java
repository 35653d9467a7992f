package dev.sluice.emulators;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.emulators.RouteTable.Entry;
import dev.sluice.emulators.RouteTable.Match;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RouteTableTest {

  private static final Integration NONE = new Integration.Buffered("none", (_, _, _) -> {});

  private final RouteTable routes =
      new RouteTable(
          List.of(
              new Entry(RouteTable.ANY, "/v1/{proxy+}", NONE),
              new Entry("GET", "/v1/responses/{id}", NONE),
              new Entry("DELETE", "/v1/responses/{id}", NONE),
              new Entry("POST", "/v1/responses/input_tokens", NONE),
              new Entry("GET", "/healthz", NONE)));

  @Test
  void theMostLiteralTemplateWins() {
    assertThat(template("GET", "/v1/responses/a")).isEqualTo("/v1/responses/{id}");
    assertThat(template("POST", "/v1/responses/input_tokens"))
        .isEqualTo("/v1/responses/input_tokens");
    assertThat(template("GET", "/v1/models")).isEqualTo("/v1/{proxy+}");
    assertThat(template("POST", "/v1/responses/a")).isEqualTo("/v1/{proxy+}");
  }

  @Test
  void parametersAreDecoded() {
    assertThat(parameters("/v1/responses/a%20b+c%2Fd")).isEqualTo(Map.of("id", "a b+c/d"));
    assertThat(parameters("/v1/models/x/y")).isEqualTo(Map.of("proxy", "models/x/y"));
    assertThat(parameters("/v1/responses/%zz")).isEqualTo(Map.of("id", "%zz"));
  }

  @Test
  void anUnknownPathDiffersFromAnUnknownMethod() {
    assertThat(routes.match("POST", "/healthz"))
        .isInstanceOfSatisfying(
            Match.OtherMethods.class, match -> assertThat(match.allowed()).containsExactly("GET"));
    assertThat(routes.match("GET", "/healthz/")).isEqualTo(new Match.Unknown());
    assertThat(routes.match("GET", "/")).isEqualTo(new Match.Unknown());
    assertThat(routes.match("GET", "")).isEqualTo(new Match.Unknown());
    assertThat(routes.match("GET", "/v1")).isEqualTo(new Match.Unknown());
  }

  private String template(String method, String path) {
    return found(method, path).entry().template();
  }

  private Map<String, String> parameters(String path) {
    return found("GET", path).pathParameters();
  }

  private Match.Found found(String method, String path) {
    Match match = routes.match(method, path);
    assertThat(match).isInstanceOf(Match.Found.class);
    return (Match.Found) match;
  }
}
