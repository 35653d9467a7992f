package dev.sluice.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.request.Endpoint;
import dev.sluice.request.ResponseId;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ConversationItemsTest {

  private static final ResponseId RESPONSE = new ResponseId(new UUID(1, 2));
  private static final String CALL =
      "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'}";
  private static final String OUTPUT =
      "{'type':'function_call_output','call_id':'c1','output':'42'}";

  @Test
  void theTurnsBeforeComeFirstAndAnItemWithoutTypeIsAMessage() {
    List<JsonObject> items =
        resolved(
            items("{'type':'message','role':'user','content':'a'}"),
            items("{'role':'user','content':'b'}"));

    assertThat(items)
        .isEqualTo(
            items(
                "{'type':'message','role':'user','content':'a'}",
                "{'role':'user','content':'b','type':'message'}"));
  }

  @Test
  void anOutputFindsTheCallOfAnEarlierTurn() {
    assertThat(resolved(items(CALL), items(OUTPUT))).isEqualTo(items(CALL, OUTPUT));
  }

  @Test
  void anOutputWithoutItsCallIsRefusedWithItsPlace() {
    UntranslatableException thrown =
        refused(List.of(), items("{'role':'user','content':'a'}", OUTPUT));

    assertThat(thrown.param()).isEqualTo("input[1]");
    assertThat(thrown.message())
        .isEqualTo("No tool call found for function call output with call_id c1.");
  }

  @Test
  void anOutputBeforeItsCallIsRefused() {
    assertThat(refused(List.of(), items(OUTPUT, CALL)).param()).isEqualTo("input[0]");
  }

  @Test
  void aCallThatNobodyAnsweredIsRefused() {
    UntranslatableException thrown =
        refused(items(CALL), items("{'role':'user','content':'and now?'}"));

    assertThat(thrown.param()).isEqualTo("previous_response_id");
    assertThat(thrown.message()).isEqualTo("No tool output found for function call c1.");
    assertThat(refused(items(CALL, OUTPUT), items("{'role':'user'}", CALL)).param())
        .isEqualTo("input[1]");
  }

  @Test
  void customToolCallsAreMatchedLikeFunctionCalls() {
    UntranslatableException thrown =
        refused(
            List.of(), items("{'type':'custom_tool_call','call_id':'c9','name':'f','input':''}"));

    assertThat(thrown.message()).isEqualTo("No tool output found for custom tool call c9.");
    assertThat(
            resolved(
                List.of(),
                items(
                    "{'type':'custom_tool_call','call_id':'c9','name':'f','input':''}",
                    "{'type':'custom_tool_call_output','call_id':'c9','output':'ok'}")))
        .hasSize(2);
  }

  @Test
  void aCallThatALimitCutOffIsForgottenUnlessItIsAnswered() {
    String cut = CALL.replace("'{}'}", "'{','status':'incomplete'}");

    assertThat(resolved(items(cut), items("{'role':'user','content':'go on'}")))
        .isEqualTo(items("{'role':'user','content':'go on','type':'message'}"));
    assertThat(resolved(items(cut), items(OUTPUT))).hasSize(2);
  }

  @Test
  void aReferenceToAnItemOfTheConversationAddsNothing() {
    List<JsonObject> history = items("{'id':'msg_1','type':'message','role':'user','content':'a'}");

    assertThat(resolved(history, items("{'type':'item_reference','id':'msg_1'}", "{'id':'msg_1'}")))
        .isEqualTo(history);
  }

  @Test
  void aReferenceOfAnEarlierTurnIsNoItemOfTheConversation() {
    JsonObject user = items("{'type':'message','id':'m1','role':'user','content':'a'}").getFirst();
    JsonObject earlier =
        JsonObject.builder()
            .put(
                "input",
                new JsonArray(
                    List.copyOf(items("{'id':'m0'}", "{'type':'item_reference','id':'m0'}"))))
            .build();
    List<JsonObject> history =
        new ArrayList<>(InputItems.of(Endpoint.RESPONSES, RESPONSE, earlier));
    history.add(user);

    assertThat(resolved(history, items("{'id':'m1'}"))).containsExactly(user);
  }

  @Test
  void anAnsweredCallStaysWhenALaterOneOfTheSameIdWasCut() {
    String cut =
        "{'type':'function_call','call_id':'c1','name':'f','arguments':'{','status':'incomplete'}";
    String user = "{'type':'message','role':'user','content':'again'}";

    assertThat(resolved(items(CALL, OUTPUT), items(user, cut)))
        .isEqualTo(items(CALL, OUTPUT, user));
  }

  @Test
  void aReferenceToNothingIsRefusedWithItsPlace() {
    UntranslatableException thrown =
        refused(
            List.of(),
            items("{'role':'user','content':'a'}", "{'type':'item_reference','id':'msg_x'}"));

    assertThat(thrown.param()).isEqualTo("input[1].id");
    assertThat(thrown.message()).isEqualTo("Item with id 'msg_x' not found.");
  }

  @Test
  void ourOwnCompactionsBecomeMessagesOfTheUser() {
    List<JsonObject> expanded =
        expanded(
            items("{'type':'compaction','encrypted_content':'slc1.x'}", CALL, OUTPUT),
            sealed -> Optional.of("sum of " + sealed));

    assertThat(expanded.getFirst().text("role")).contains("user");
    assertThat(new String(Json.write(expanded.getFirst()), StandardCharsets.UTF_8))
        .contains("which it replaces:\\n\\nsum of slc1.x");
    assertThat(expanded.getLast()).isEqualTo(items(OUTPUT).getFirst());
  }

  @Test
  void compactionsOfOthersStayAsTheyAre() {
    List<JsonObject> foreign = items("{'type':'compaction','encrypted_content':'gAAAA'}");

    assertThat(expanded(foreign, _ -> Optional.of("never"))).isEqualTo(foreign);
  }

  @Test
  void anotherAccountsCompactionIsRefused() {
    UntranslatableException thrown =
        catchThrowableOfType(
            UntranslatableException.class,
            () ->
                ConversationItems.expanded(
                    ConversationItems.resolve(
                        List.of(),
                        items(
                            "{'role':'user','content':'a'}",
                            "{'type':'compaction','encrypted_content':'slc1.x'}")),
                    _ -> Optional.empty()));

    assertThat(thrown.param()).isEqualTo("input[1]");
    assertThat(thrown.message()).contains("another account");
  }

  private static List<JsonObject> resolved(List<JsonObject> history, List<JsonObject> own) {
    return json(ConversationItems.resolve(history, own));
  }

  private static List<JsonObject> expanded(
      List<JsonObject> own, Function<String, Optional<String>> open) {
    return json(ConversationItems.expanded(ConversationItems.resolve(List.of(), own), open));
  }

  private static List<JsonObject> json(List<PlacedItem> placed) {
    return placed.stream().map(PlacedItem::item).toList();
  }

  private static UntranslatableException refused(List<JsonObject> history, List<JsonObject> own) {
    return catchThrowableOfType(
        UntranslatableException.class, () -> ConversationItems.resolve(history, own));
  }

  private static List<JsonObject> items(String... items) {
    return Stream.of(items)
        .map(item -> Json.objectOrEmpty(item.replace('\'', '"').getBytes(StandardCharsets.UTF_8)))
        .toList();
  }
}
