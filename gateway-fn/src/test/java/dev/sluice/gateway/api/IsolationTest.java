package dev.sluice.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.gateway.http.Route;
import dev.sluice.gateway.testing.TestingDeployment;
import dev.sluice.gateway.testing.TestingDeployment.TestingTenant;
import dev.sluice.gateway.testing.TestingResponses;
import dev.sluice.request.FailureReason;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import io.micronaut.context.ApplicationContext;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import io.micronaut.test.support.TestPropertyProvider;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Two accounts: what is one's does not exist for the other, on every route that names a response.
@MicronautTest(transactional = false, startApplication = false)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class IsolationTest implements TestPropertyProvider {

  @Inject ApplicationContext context;
  private TestingResponses responses;
  private TestingTenant owner;
  private ApiClient ownersClient;
  private ApiClient strangersClient;

  @Override
  public Map<String, String> getProperties() {
    return TestingDeployment.settings();
  }

  @BeforeAll
  void connect() {
    ApiFunction function = new ApiFunction(context);
    responses = new TestingResponses(context);
    owner = TestingDeployment.newTenant(context, null);
    ownersClient = new ApiClient(function, owner.key());
    strangersClient = new ApiClient(function, TestingDeployment.newTenant(context, null).key());
  }

  static Stream<Route> routesWithAnId() {
    return Arrays.stream(Route.values())
        .filter(route -> route.template().contains("/responses/{id}"));
  }

  @ParameterizedTest
  @MethodSource("routesWithAnId")
  void theResponsesOfOthersDoNotExistAndStayAsTheyAre(Route route) {
    List<ResponseId> ids =
        List.of(
            responses.completed(owner, "secret"),
            responses.incomplete(owner),
            responses.running(owner),
            responses.failed(owner, 500, FailureReason.ofStatus(500, "secret"), "secret"),
            responses.unstored(owner),
            // Younger than a second and without a row yet.
            responses.newId(owner));

    for (ResponseId id : ids) {
      for (String text : List.of(id.text(), id.uuid().toString())) {
        long start = System.nanoTime();

        ApiClient.Answer answer =
            strangersClient.call(route.method(), route.template().replace("{id}", text), "");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("response_not_found");
        assertThat(answer.body()).doesNotContain("secret");
        // At once: an id of another account is not waited for.
        assertThat(System.nanoTime() - start).isLessThan(2_000_000_000L);
      }
    }

    RequestStore store = context.getBean(RequestStore.class);
    for (ResponseId id : ids.subList(0, 5)) {
      assertThat(store.find(owner.accountId(), id).orElseThrow().data().deleted()).isFalse();
    }
    assertThat(ownersClient.get("/v1/responses/" + ids.getFirst().text() + "/content").status())
        .isEqualTo(200);
  }

  @Test
  void everyRouteThatNamesAResponseIsCovered() {
    assertThat(routesWithAnId())
        .contains(Route.GET_RESPONSE, Route.DELETE_RESPONSE, Route.INPUT_ITEMS, Route.CONTENT);
  }

  @Test
  void listsShowOnlyTheCallersOwn() {
    ResponseId id = responses.completed(owner, "secret");

    assertThat(ownersClient.get("/v1/responses").body()).contains(id.text());
    assertThat(strangersClient.get("/v1/responses").data()).isEmpty();
    assertThat(strangersClient.get("/v1/responses?before=" + id.text()).data()).isEmpty();
  }
}
