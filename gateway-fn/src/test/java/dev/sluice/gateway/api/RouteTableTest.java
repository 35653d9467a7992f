package dev.sluice.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.gateway.http.Route;
import dev.sluice.gateway.testing.TestingDeployment;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import io.micronaut.test.support.TestPropertyProvider;
import io.micronaut.web.router.Router;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@MicronautTest(transactional = false, startApplication = false)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RouteTableTest implements TestPropertyProvider {

  @Inject Router router;

  @Override
  public Map<String, String> getProperties() {
    return TestingDeployment.settings();
  }

  @Test
  void theControllersServeExactlyTheRoutesOfTheTable() {
    List<String> ofTable =
        Arrays.stream(Route.values())
            .filter(route -> route.function() == Route.Function.API)
            .map(route -> route.method() + " " + route.template())
            .toList();

    List<String> ofControllers =
        router
            .uriRoutes()
            // The function lets only requests through that the table knows, so the framework's own
            // routes cannot be reached.
            .filter(route ->
                route.getTargetMethod().getDeclaringType().getName().startsWith("dev.sluice."))
            .map(route -> route.getHttpMethodName() + " " + route.getUriMatchTemplate())
            .distinct()
            // The framework answers HEAD for every GET; the function does not let it through.
            .filter(route -> !route.startsWith("HEAD "))
            .toList();

    assertThat(ofControllers).containsExactlyInAnyOrderElementsOf(ofTable);
  }
}
