package dev.sluice.gateway.api;

import dev.sluice.account.Account;
import dev.sluice.account.ApiKey;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonNull;
import dev.sluice.wire.JsonValue.JsonObject;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Accounts and keys, for the operator.
@Controller("/admin/v1")
final class AdminController {

  private final Accounts accounts;

  AdminController(Accounts accounts) {
    this.accounts = accounts;
  }

  @Post("/accounts")
  HttpResponse<byte[]> createAccount(Identity.Operator operator, NewAccount wanted) {
    return Answers.json(HttpStatus.CREATED, json(accounts.create(wanted)));
  }

  @Post("/accounts/{account}/keys")
  HttpResponse<byte[]> createKey(
      Identity.Operator operator, @PathVariable String account, NewKey wanted) {
    Accounts.IssuedKey issued = accounts.issue(account, wanted);
    return Answers.json(
        HttpStatus.CREATED,
        json(issued.key()).toBuilder().put("key", issued.secret().reveal()).build());
  }

  @Delete("/keys/{key}")
  HttpResponse<byte[]> revokeKey(Identity.Operator operator, @PathVariable String key) {
    accounts.revoke(key);
    return Answers.json(
        HttpStatus.OK,
        JsonObject.builder().put("id", key).put("object", "key").put("revoked", true).build());
  }

  private static JsonObject json(Account account) {
    return JsonObject.builder()
        .put("id", account.id().toString())
        .put("object", "account")
        .put("name", account.name())
        .put("created_at", account.createdAt().getEpochSecond())
        .build();
  }

  private static JsonObject json(ApiKey key) {
    List<String> models = key.models();
    return JsonObject.builder()
        .put("id", key.id())
        .put("object", "key")
        .put("account_id", key.accountId().toString())
        .put("name", key.name())
        .put("models", models == null ? JsonNull.NULL : texts(models))
        .put("capabilities", texts(key.capabilities().stream().sorted().toList()))
        .put("created_at", key.createdAt().getEpochSecond())
        .put("expires_at", seconds(key.expiresAt()))
        .build();
  }

  private static JsonValue seconds(@Nullable Instant at) {
    return Optional.ofNullable(at)
        .<JsonValue>map(instant -> JsonValue.of(instant.getEpochSecond()))
        .orElse(JsonNull.NULL);
  }

  private static JsonArray texts(List<String> texts) {
    return new JsonArray(texts.stream().<JsonValue>map(JsonValue::of).toList());
  }
}
