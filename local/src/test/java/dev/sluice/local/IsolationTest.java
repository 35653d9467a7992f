package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.gateway.http.Route;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Two accounts, every route with an id in it, every kind of id of the other account. The routes
/// come from the table, so a new route is covered the day it is declared.
@Tag(BackingServices.TAG)
final class IsolationTest {

  private static TestingStack stack;
  private static List<String> foreignIds;

  @BeforeAll
  static void start() throws IOException {
    stack = TestingStack.start();
    List<String> ids = new ArrayList<>();
    ids.add(idOf(stack.chat("demo-echo", "mine", Map.of())));
    ids.add(idOf(stack.chat("demo-flaky", "fail:500", Map.of())));
    ids.add(idOf(stack.post("/v1/embeddings", "{\"model\":\"demo-embed\",\"input\":\"mine\"}")));
    stack.drain();
    foreignIds = List.copyOf(ids);
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  static Stream<Route> routesWithAResponseId() {
    return Arrays.stream(Route.values()).filter(route -> route.template().contains("{id}"));
  }

  @ParameterizedTest
  @MethodSource("routesWithAResponseId")
  void anotherAccountsIdDoesNotExist(Route route) throws IOException {
    String before = stack.fingerprint();

    for (String id : foreignIds) {
      for (String spelling : List.of(id, id.substring("resp_".length()))) {
        RawHttp.Answer answer = asStranger(route, spelling);

        assertThat(answer.status()).as(route + " " + spelling).isEqualTo(404);
        assertThat(withoutRequestId(answer))
            .isEqualTo(
                withoutRequestId(asStranger(route, unknownLike(spelling)))
                    .replace(unknownLike(spelling), spelling));
      }
    }
    assertThat(stack.fingerprint()).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("routesWithAResponseId")
  void anIdThatIsYoungerThanItsRowDoesNotExistEither(Route route) throws IOException {
    for (int i = 0; i < 5; i++) {
      String id = idOf(stack.chat("demo-echo", "young " + i, Map.of()));

      assertThat(asStranger(route, id).status()).as(route + " " + id).isEqualTo(404);
    }
    stack.drain();
  }

  @Test
  void aForeignIdIsNoUsefulCursor() throws IOException {
    for (String id : foreignIds) {
      RawHttp.Answer answer =
          stack.send("GET", "/v1/responses?after=" + id, bearer(stack.otherApiKey()), "");

      assertThat(answer.status()).isEqualTo(200);
      assertThat(Json.objectOrEmpty(answer.body()).items("data")).isEmpty();
    }
  }

  @Test
  void everyRouteButHealthWantsAKey() throws IOException {
    for (Route route : Route.values()) {
      String path = route.template().replaceAll("\\{[a-z]+}", foreignIds.getFirst());
      int status =
          stack
              .send(route.method(), path, Map.of("Content-Type", "application/json"), "{}")
              .status();

      assertThat(status)
          .as(route.toString())
          .isEqualTo(route.access() == Route.Access.PUBLIC ? 200 : 401);
    }
  }

  @Test
  void anAccountsKeyOpensNoAdminRoute() throws IOException {
    for (Route route : Route.values()) {
      if (route.access() == Route.Access.ADMIN) {
        String path = route.template().replaceAll("\\{[a-z]+}", stack.accountId());

        assertThat(stack.send(route.method(), path, bearer(stack.apiKey()), "{}").status())
            .as(route.toString())
            .isEqualTo(401);
      }
    }
  }

  private static String idOf(RawHttp.Answer answer) {
    return Objects.requireNonNull(answer.headers().get("x-sluice-response-id"));
  }

  private static RawHttp.Answer asStranger(Route route, String id) throws IOException {
    return stack.send(
        route.method(), route.template().replace("{id}", id), bearer(stack.otherApiKey()), "");
  }

  /// An id that nobody has, spelled like this one.
  private static String unknownLike(String id) {
    return id.substring(0, id.length() - 12) + "000000000000";
  }

  private static Map<String, String> bearer(String key) {
    return Map.of("Authorization", "Bearer " + key, "Content-Type", "application/json");
  }

  private static String withoutRequestId(RawHttp.Answer answer) {
    JsonObject error = Json.objectOrEmpty(answer.body()).object("error").orElseThrow();
    JsonValue shown = error.toBuilder().remove("request_id").build();
    return new String(Json.write(shown), StandardCharsets.UTF_8);
  }
}
