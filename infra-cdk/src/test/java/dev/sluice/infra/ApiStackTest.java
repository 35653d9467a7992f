package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.infra.ApiRoute.Served;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@NeedsNode
final class ApiStackTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String METHOD = "AWS::ApiGateway::Method";

  private final Template template = Synthesis.of(Profile.PROD).stack("api");

  @Test
  void everyRouteOfTheTableIsAMethodOfItsFunction() {
    Map<String, JsonNode> methods = methods();

    for (ApiRoute route : ApiRoute.all()) {
      String key = route.method() + " " + route.path();
      JsonNode method = methods.get(key);
      assertThat(method).as(key).isNotNull();
      String uri = Template.text(Objects.requireNonNull(method).at("/Integration/Uri"));
      assertThat(uri)
          .as(key)
          .contains(route.function() == Served.INFERENCE ? "InferenceLive" : "ApiLive");
    }
    assertThat(ApiRoute.all()).hasSizeGreaterThan(30);
  }

  @Test
  void inferenceIsStreamedForAsLongAsItsFunctionRuns() {
    Sizes sizes = Sizes.of(Profile.PROD);
    for (JsonNode method : template.properties(METHOD)) {
      JsonNode integration = method.path("Integration");
      boolean inference = Template.text(integration.path("Uri")).contains("InferenceLive");
      long timeout = (inference ? sizes.inference() : sizes.api()).timeout().toMillis();

      assertThat(integration.path("Type").asText()).isEqualTo("AWS_PROXY");
      assertThat(integration.path("TimeoutInMillis").asLong()).isEqualTo(timeout);
      assertThat(timeout).isLessThanOrEqualTo(inference ? 900_000 : 29_000);
      assertThat(integration.path("ResponseTransferMode").asText())
          .isEqualTo(inference ? "STREAM" : "BUFFERED");
      assertThat(Template.text(integration.path("Uri")))
          .endsWith(inference ? "/response-streaming-invocations" : "/invocations");
    }
  }

  /// A path or method that is unknown to the service itself would be answered in its own words.
  @Test
  void everyOtherMethodAndPathGoesToTheApiFunction() {
    Map<String, JsonNode> methods = methods();

    assertThat(methods).containsKeys("ANY /", "ANY /{proxy+}", "ANY /v1", "ANY /ai");
    for (String key : methods.keySet()) {
      String path = key.substring(key.indexOf(' ') + 1);
      assertThat(methods).containsKey("ANY " + path);
    }
    methods.forEach((key, method) -> {
      if (key.startsWith("ANY ")) {
        assertThat(Template.text(method.at("/Integration/Uri"))).contains("ApiLive");
      }
    });
  }

  @Test
  void noMethodHasAnAuthorizerBecauseTheFunctionsCheckKeys() {
    assertThat(template.properties(METHOD))
        .allMatch(method -> method.path("AuthorizationType").asText().equals("NONE"))
        .noneMatch(method -> method.path("ApiKeyRequired").asBoolean());
    assertThat(methods()).containsKey("GET /healthz");
  }

  @Test
  void everyErrorOfTheServiceHasOurFormAndACodeOfTheCatalogue() throws IOException {
    String catalogue = Files.readString(Path.of("..", "docs", "errors.md"));
    List<JsonNode> responses = template.properties("AWS::ApiGateway::GatewayResponse");

    for (JsonNode response : responses) {
      JsonNode body =
          JSON.readTree(response.at("/ResponseTemplates").path("application/json").asText());
      JsonNode error = body.path("error");
      assertThat(body.size()).isEqualTo(1);
      assertThat(error.path("request_id").asText()).isEqualTo("$context.requestId");
      assertThat(error.path("param").isNull()).isTrue();
      assertThat(catalogue)
          .contains(
              "| %s | `%s` | `%s` |"
                  .formatted(
                      response.path("StatusCode").asText(),
                      error.path("type").asText(),
                      error.path("code").asText()));
      boolean mayPass =
          response.path("StatusCode").asText().equals("429")
              || response
                  .path("ResponseType")
                  .asText()
                  .matches("INTEGRATION_FAILURE|API_CONFIGURATION_ERROR");
      assertThat(response.at("/ResponseParameters").has("gatewayresponse.header.retry-after"))
          .isEqualTo(mayPass);
    }
    assertThat(responses.stream().map(response -> response.path("ResponseType").asText()))
        .contains("DEFAULT_4XX", "DEFAULT_5XX", "MISSING_AUTHENTICATION_TOKEN", "THROTTLED")
        .contains("WAF_FILTERED", "REQUEST_TOO_LARGE", "INTEGRATION_TIMEOUT");
  }

  @Test
  void theAccessLogHasAClosedListOfFieldsAndNothingOfARequestsContent() throws IOException {
    JsonNode format = JSON.readTree(stage().at("/AccessLogSetting/Format").asText());

    assertThat(format.fieldNames())
        .toIterable()
        .containsExactly(
            "time",
            "request_id",
            "trace_id",
            "source_ip",
            "method",
            "route",
            "status",
            "error",
            "response_bytes",
            "latency",
            "function_status",
            "function_latency");
    assertThat(format.properties())
        .extracting(field -> field.getValue().asText())
        .allMatch(value -> value.matches("\\$context\\.[a-zA-Z.]+"))
        .noneMatch(value -> value.matches(".*(\\.path|query|header|apiKey|user|rror.message).*"));
    JsonNode group = template.only("AWS::Logs::LogGroup").properties();
    assertThat(group.has("LogGroupName")).as("a name that may be taken").isFalse();
    assertThat(group.path("RetentionInDays").asInt())
        .isEqualTo(Sizes.of(Profile.PROD).logRetentionDays());
  }

  @ParameterizedTest
  @EnumSource
  void theStageIsTracedAndLimitedAndLogsNoContent(Profile profile) {
    JsonNode stage = stage(profile);
    JsonNode settings = stage.at("/MethodSettings/0");

    assertThat(stage.path("TracingEnabled").asBoolean()).isTrue();
    assertThat(settings.path("ResourcePath").asText()).isEqualTo("/*");
    assertThat(settings.path("DataTraceEnabled").asBoolean()).isFalse();
    assertThat(settings.path("ThrottlingRateLimit").asInt())
        .isEqualTo(ApiLimits.of(profile).steady());
    assertThat(settings.path("ThrottlingBurstLimit").asInt())
        .isEqualTo(ApiLimits.of(profile).burst());
  }

  @Test
  void bytesPassUnchangedOverTlsFrom12On() {
    JsonNode api = template.only("AWS::ApiGateway::RestApi").properties();

    assertThat(api.at("/BinaryMediaTypes/0").asText()).isEqualTo("*/*");
    assertThat(api.at("/EndpointConfiguration/Types/0").asText()).isEqualTo("REGIONAL");
    assertThat(api.path("SecurityPolicy").asText()).startsWith("SecurityPolicy_TLS13_1_2_");
  }

  @Test
  void onlyProdHasAFirewallWhichLimitsAddresses() {
    Template dev = Synthesis.of(Profile.DEV).stack("api");
    JsonNode firewall = template.only("AWS::WAFv2::WebACL").properties();

    assertThat(dev.ofType("AWS::WAFv2::WebACL")).isEmpty();
    assertThat(firewall.path("Scope").asText()).isEqualTo("REGIONAL");
    JsonNode rate = firewall.at("/Rules/0/Statement/RateBasedStatement");
    assertThat(rate.path("AggregateKeyType").asText()).isEqualTo("IP");
    assertThat(rate.path("Limit").asInt()).isEqualTo(ApiLimits.of(Profile.PROD).ofOneAddress());
    assertThat(firewall.at("/Rules/0/Action").has("Block")).isTrue();
    assertThat(template.ofType("AWS::WAFv2::WebACLAssociation")).hasSize(1);
  }

  @Test
  void theAddressThatIsPrintedEndsInV1() {
    assertThat(template.root().path("Outputs").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("AccessLogGroup", "Url");
    assertThat(Template.text(template.root().at("/Outputs/Url/Value")))
        .startsWith("https://")
        .endsWith("/v1");
  }

  private JsonNode stage() {
    return stage(Profile.PROD);
  }

  private static JsonNode stage(Profile profile) {
    Template template = Synthesis.of(profile).stack("api");
    return template.only("AWS::ApiGateway::Stage").properties();
  }

  /// Properties of all methods by `METHOD /path`.
  private Map<String, JsonNode> methods() {
    Map<String, JsonNode> methods = new TreeMap<>();
    for (JsonNode method : template.properties(METHOD)) {
      methods.put(
          method.path("HttpMethod").asText() + " " + path(method.path("ResourceId")), method);
    }
    return methods;
  }

  private String path(JsonNode reference) {
    if (!reference.has("Ref")) {
      return "/"; // The root is an attribute of the API.
    }
    JsonNode resource = template.root().path("Resources").path(reference.path("Ref").asText());
    String parent = path(resource.at("/Properties/ParentId"));
    String part = resource.at("/Properties/PathPart").asText();
    return parent.equals("/") ? "/" + part : parent + "/" + part;
  }
}
