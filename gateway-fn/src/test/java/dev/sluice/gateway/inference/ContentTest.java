package dev.sluice.gateway.inference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.gateway.testing.TestingDeployment;
import dev.sluice.gateway.testing.TestingDeployment.TestingTenant;
import dev.sluice.gateway.testing.TestingLambdaContext;
import dev.sluice.gateway.testing.TestingResponses;
import dev.sluice.request.ResponseId;
import io.micronaut.context.ApplicationContext;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import io.micronaut.test.support.TestPropertyProvider;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The content of stored responses, as the streamed function gives it.
@MicronautTest(transactional = false, startApplication = false)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ContentTest implements TestPropertyProvider {

  private static final String PRELUDE_END = "\0".repeat(8);

  @Inject ApplicationContext context;
  private TestingResponses responses;
  private TestingTenant tenant;

  @Override
  public Map<String, String> getProperties() {
    return TestingDeployment.settings();
  }

  @BeforeAll
  void connect() {
    responses = new TestingResponses(context);
    tenant = TestingDeployment.newTenant(context, null);
  }

  @Test
  void anAnswerAboveWhatABufferedFunctionMayReturnComesBackByteForByte() throws IOException {
    String text = "Grüße, 世界. ".repeat(450_000);
    byte[] expected = TestingResponses.answer(text).getBytes(UTF_8);
    assertThat(expected.length).isGreaterThan(7_000_000);
    ResponseId id = responses.completed(tenant, text);

    byte[] answer = get("/v1/responses/" + id.text() + "/content", tenant.key());

    int end = new String(answer, UTF_8).indexOf(PRELUDE_END);
    assertThat(new String(answer, 0, end, UTF_8))
        .contains("\"statusCode\":200", "\"content-type\":\"application/json\"");
    byte[] body = Arrays.copyOfRange(answer, end + PRELUDE_END.length(), answer.length);
    assertThat(Arrays.equals(body, expected)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "slk_x", TestingDeployment.ADMIN_KEY})
  void withoutAKeyNoContentIsServed(String key) throws IOException {
    ResponseId id = responses.completed(tenant, "secret");

    String answer = new String(get("/v1/responses/" + id.text() + "/content", key), UTF_8);

    assertThat(answer).contains("\"statusCode\":401", "invalid_api_key").doesNotContain("secret");
  }

  private byte[] get(String path, String key) throws IOException {
    String event =
        "{\"httpMethod\":\"GET\",\"path\":\"%s\",\"headers\":{\"Authorization\":\"Bearer %s\"}}"
            .formatted(path, key);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    // Not closed: the context is the one of all tests of this class.
    new InferenceFunction(context)
        .handleRequest(
            new ByteArrayInputStream(event.getBytes(UTF_8)),
            out,
            TestingLambdaContext.starting(Duration.ofSeconds(29)));
    return out.toByteArray();
  }
}
