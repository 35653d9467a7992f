package dev.sluice.local;

import dev.sluice.wire.JsonValue.JsonObject;

/// The two accounts of a dev stack, so that isolation can be tried by hand.
record DevAccounts(String accountId, String apiKey, String otherAccountId, String otherApiKey) {

  /// The accounts of earlier starts, or new ones when there are none that this database knows.
  static DevAccounts of(PrivateFile file, AdminClient admin) {
    JsonObject stored = file.read().orElse(JsonObject.EMPTY);
    DevAccounts known =
        new DevAccounts(
            stored.text("account_id").orElse(""),
            stored.text("api_key").orElse(""),
            stored.text("other_account_id").orElse(""),
            stored.text("other_api_key").orElse(""));
    if (!known.apiKey.isEmpty()
        && admin.isValid(known.apiKey)
        && admin.isValid(known.otherApiKey)) {
      return known;
    }
    DevAccounts made = create(admin);
    file.write(
        JsonObject.builder()
            .put("account_id", made.accountId)
            .put("api_key", made.apiKey)
            .put("other_account_id", made.otherAccountId)
            .put("other_api_key", made.otherApiKey)
            .build());
    return made;
  }

  private static DevAccounts create(AdminClient admin) {
    String account = admin.createAccount("dev");
    String other = admin.createAccount("other");
    return new DevAccounts(
        account, admin.createKey(account, "dev"), other, admin.createKey(other, "other"));
  }

  @Override
  public String toString() {
    return "DevAccounts[" + accountId + ", " + otherAccountId + "]";
  }
}
