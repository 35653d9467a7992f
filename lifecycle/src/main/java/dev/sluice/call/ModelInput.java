package dev.sluice.call;

import dev.sluice.request.Request;
import dev.sluice.request.RequestData;
import dev.sluice.translate.ConversationItems;
import dev.sluice.translate.InputItems;
import dev.sluice.translate.PlacedItem;
import dev.sluice.translate.ResponseView;
import dev.sluice.translate.SealedSummary;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Puts together what a model is to see of a Responses request: the turns before it and its own
/// input. Safe for use by several threads.
public final class ModelInput {

  /// Most turns of a conversation; far more than a model's context holds.
  public static final int MAX_TURNS = 200;

  /// Of all bodies of a conversation; more would not fit a model's context, nor a function.
  public static final long MAX_BYTES = 32L << 20;

  private final SealedSummary summaries;

  public ModelInput(SealedSummary summaries) {
    this.summaries = summaries;
  }

  /// The items that the model sees, oldest first.
  ///
  /// @param before those of the turns before
  /// @param body of the request
  /// @throws dev.sluice.translate.UntranslatableException when the items do not fit together
  public List<PlacedItem> of(UUID accountId, List<JsonObject> before, JsonObject body) {
    return ConversationItems.expanded(
        ConversationItems.resolve(before, own(body.get("input"))),
        sealed -> summaries.open(accountId, sealed));
  }

  /// A text is one message of the user.
  private static List<JsonObject> own(@Nullable JsonValue input) {
    return switch (input) {
      case JsonString text ->
          List.of(
              JsonObject.builder()
                  .put("type", "message")
                  .put("role", "user")
                  .put("content", text)
                  .build());
      case JsonArray(List<JsonValue> items) ->
          items.stream().filter(JsonObject.class::isInstance).map(JsonObject.class::cast).toList();
      case null, default -> List.of();
    };
  }

  /// The items of one turn: what was sent and then what was answered. A tool call that was cut is
  /// left out, because nobody can have answered it.
  ///
  /// @param answer an empty object when there is none
  public static List<JsonObject> ofTurn(Request request, JsonObject sent, JsonObject answer) {
    RequestData data = request.data();
    List<JsonObject> items = new ArrayList<>(InputItems.of(data.endpoint(), data.id(), sent));
    new ResponseView(request, sent, answer, null)
        .toJson().items("output").stream()
            .filter(JsonObject.class::isInstance)
            .map(JsonObject.class::cast)
            .filter(item -> !isCutCall(item))
            .forEach(items::add);
    return List.copyOf(items);
  }

  private static boolean isCutCall(JsonObject item) {
    return switch (item.text("type").orElse("")) {
      case "function_call", "custom_tool_call" ->
          item.text("status").filter(status -> !status.equals("completed")).isPresent();
      default -> false;
    };
  }
}
