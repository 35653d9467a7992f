package dev.sluice.migrations;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.micronaut.context.annotation.Secondary;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClientBuilder;

/// The secret in which Amazon RDS keeps the login of a database's owner, read at each use: RDS
/// rotates it.
@Singleton
@Secondary
final class SecretsManagerMasterSecrets implements MasterSecrets {

  /// With the repeats of the client.
  private static final Duration LONGEST_READ = Duration.ofSeconds(10);

  private static final JsonFactory JSON = new JsonFactory();

  @Override
  public Login login(String id) {
    try (SecretsManagerClient client = builder().build()) {
      return login(client, id);
    }
  }

  static SecretsManagerClientBuilder builder() {
    return SecretsManagerClient.builder()
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .overrideConfiguration(configuration -> configuration.apiCallTimeout(LONGEST_READ));
  }

  static Login login(SecretsManagerClient client, String id) {
    try {
      return parse(client.getSecretValue(request -> request.secretId(id)).secretString(), id);
    } catch (SdkException e) {
      throw new UnreadableException("The secret " + id + " cannot be read", e);
    }
  }

  /// What a parser says of a text may quote it, so none of that is passed on.
  private static Login parse(@Nullable String text, String id) {
    Map<String, String> members = text == null ? Map.of() : members(text);
    String username = members.get("username");
    String password = members.get("password");
    if (username == null || password == null) {
      throw new IllegalStateException(
          "The secret " + id + " is no JSON object with username and password");
    }
    return new Login(username, password);
  }

  /// The texts among the members of an object; none when it is not one.
  private static Map<String, String> members(String text) {
    Map<String, String> members = new HashMap<>();
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return Map.of();
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (parser.nextToken() == JsonToken.VALUE_STRING) {
          members.put(name, parser.getText());
        } else {
          parser.skipChildren();
        }
      }
      return members;
    } catch (IOException _) {
      return Map.of(); // Told by the caller, without the text.
    }
  }
}
