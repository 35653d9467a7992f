package dev.sluice.local;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/// Makes accounts and keys over the admin API, as an operator does.
public final class AdminClient implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI gateway;
  private final String adminKey;

  AdminClient(URI gateway, String adminKey) {
    this.gateway = gateway;
    this.adminKey = adminKey;
  }

  /// A new account.
  ///
  /// @return its id
  public String createAccount(String name) {
    return text(post("/admin/v1/accounts", JsonObject.builder().put("name", name).build()), "id");
  }

  /// A new key for all models.
  ///
  /// @return the whole key, which nobody can read again
  public String createKey(String accountId, String name) {
    return createKey(accountId, JsonObject.builder().put("name", name).build());
  }

  /// A new key for these models only.
  public String createKey(String accountId, String name, List<String> models) {
    JsonArray aliases = new JsonArray(models.stream().<JsonValue>map(JsonValue::of).toList());
    return createKey(
        accountId, JsonObject.builder().put("name", name).put("models", aliases).build());
  }

  private String createKey(String accountId, JsonObject body) {
    return text(post("/admin/v1/accounts/" + accountId + "/keys", body), "key");
  }

  /// True when the gateway knows this key.
  boolean isValid(String apiKey) {
    return send(request("/v1/models").GET().header("authorization", "Bearer " + apiKey))
            .statusCode()
        == 200;
  }

  private JsonObject post(String path, JsonObject body) {
    HttpResponse<byte[]> answer =
        send(
            request(path)
                .header("authorization", "Bearer " + adminKey)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.write(body))));
    if (answer.statusCode() != 201) {
      throw new IllegalStateException("POST " + path + " was answered " + answer.statusCode());
    }
    return Json.objectOrEmpty(answer.body());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(gateway.resolve(path)).timeout(LIMIT);
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException("The gateway did not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while the gateway was asked", e);
    }
  }

  private static String text(JsonObject answer, String name) {
    return answer
        .text(name)
        .orElseThrow(() -> new IllegalStateException("The admin API answered without " + name));
  }

  @Override
  public void close() {
    http.close();
  }
}
