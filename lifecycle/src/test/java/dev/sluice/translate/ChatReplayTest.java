package dev.sluice.translate;

import static dev.sluice.translate.TestingCalls.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ChatReplayTest {

  private static final JsonObject COMPLETION =
      json(
          "{'id':'resp_x','object':'chat.completion','created':7,'model':'alias','system_fingerprint':'fp',"
              + "'choices':[{'index':0,'message':{'role':'assistant','content':'Hello','refusal':null,"
              + "'reasoning_content':'Hm.','tool_calls':["
              + "{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}},"
              + "{'id':'c2','type':'function','function':{'name':'g','arguments':'{}'}}]},"
              + "'logprobs':{'content':[{'token':'Hello'}]},'finish_reason':'tool_calls'},"
              + "{'index':1,'message':{'role':'assistant','content':null,'refusal':'No.'},"
              + "'logprobs':null,'finish_reason':'stop'}],"
              + "'usage':{'prompt_tokens':3,'completion_tokens':4,'total_tokens':7}}");

  @Test
  void aCompletionIsToldInChunksThatAmountToIt() {
    ChatStreamAssembler assembler = new ChatStreamAssembler();
    chunks(ChatReplay.frames(COMPLETION, true)).forEach(assembler::add);

    assertThat(assembler.completion("resp_x", "alias")).isEqualTo(COMPLETION);
  }

  @Test
  void everyChunkNamesTheCompletionAndTheCountsComeLast() {
    List<JsonObject> chunks = chunks(ChatReplay.frames(COMPLETION, true));

    assertThat(chunks).allMatch(chunk -> chunk.text("id").orElse("").equals("resp_x"));
    assertThat(chunks)
        .allMatch(chunk -> chunk.text("object").orElse("").equals("chat.completion.chunk"));
    assertThat(chunks.getLast().items("choices")).isEmpty();
    assertThat(chunks.getLast().object("usage")).isPresent();
    assertThat(chunks.subList(0, chunks.size() - 1))
        .allMatch(chunk -> chunk.has("usage") && chunk.isAbsent("usage"));
  }

  @Test
  void usageIsLeftOutWhenNobodyAskedForIt() {
    assertThat(chunks(ChatReplay.frames(COMPLETION, false))).noneMatch(chunk -> chunk.has("usage"));
  }

  @Test
  void aChoiceThatNeverFinishedStaysWithoutAReason() {
    JsonObject broken =
        json(
            "{'id':'x','created':1,'model':'m','choices':[{'index':0,'message':{'content':'Hel'},'finish_reason':null}]}");

    assertThat(ChatReplay.frames(broken, false)).hasSize(2);
    assertThat(chunks(ChatReplay.frames(broken, false)))
        .allMatch(
            chunk -> ((JsonObject) chunk.items("choices").getFirst()).isAbsent("finish_reason"));
  }

  private static List<JsonObject> chunks(List<byte[]> frames) {
    return frames.stream()
        .map(frame -> json(new String(frame, StandardCharsets.UTF_8).substring("data: ".length())))
        .toList();
  }
}
