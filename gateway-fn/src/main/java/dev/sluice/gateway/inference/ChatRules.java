package dev.sluice.gateway.inference;

import java.util.Set;

/// The rules of a chat completion body, by OpenAI's reference of `POST /v1/chat/completions`.
final class ChatRules {

  private static final int MAX_CHOICES = 128;
  private static final int MAX_TOOLS = 128;
  private static final int MAX_STOPS = 4;
  private static final int MAX_TOP_LOGPROBS = 20;
  private static final String NAME = "[a-zA-Z0-9_-]{1,64}";
  private static final Set<String> FORMATS = Set.of("text", "json_object", "json_schema");
  private static final Set<String> TOOL_CHOICES = Set.of("none", "auto", "required");

  private ChatRules() {}

  static ValidRequest.Chat check(Field body, ValidRequest.Common common) {
    MessageRules.check(body.member("messages"));
    checkSampling(body);
    checkTools(body);
    checkFormat(body.member("response_format"));
    checkOthers(body);
    Field streamField = body.member("stream");
    boolean stream = !streamField.isAbsent() && streamField.truth();
    checkStreamOptions(body.member("stream_options"), stream);
    return new ValidRequest.Chat(common, stream);
  }

  private static void checkSampling(Field body) {
    checkRanges(body);
    body.member("n").checkInteger(1, MAX_CHOICES);
    body.member("max_tokens").checkInteger(1, Long.MAX_VALUE);
    body.member("max_completion_tokens").checkInteger(1, Long.MAX_VALUE);
    body.member("seed").checkInteger(Long.MIN_VALUE, Long.MAX_VALUE);
    body.member("logprobs").checkTruth();
    Field top = body.member("top_logprobs");
    top.checkInteger(0, MAX_TOP_LOGPROBS);
    Field logprobs = body.member("logprobs");
    if (!top.isAbsent() && (logprobs.isAbsent() || !logprobs.truth())) {
      throw top.invalid("needs 'logprobs' to be true");
    }
    Field stop = body.member("stop");
    if (stop.isArray()) {
      stop.items(0, MAX_STOPS).forEach(Field::text);
    } else if (!stop.isAbsent() && !stop.isText()) {
      throw stop.invalid("must be a string or a list of strings");
    }
    Field bias = body.member("logit_bias");
    if (!bias.isAbsent()) {
      bias.members().forEach(token -> token.required().checkNumber(-100, 100));
    }
  }

  /// The ranges that chat and Responses share.
  static void checkRanges(Field body) {
    body.member("temperature").checkNumber(0, 2);
    body.member("top_p").checkNumber(0, 1);
    body.member("frequency_penalty").checkNumber(-2, 2);
    body.member("presence_penalty").checkNumber(-2, 2);
  }

  private static void checkTools(Field body) {
    Field tools = body.member("tools");
    if (!tools.isAbsent()) {
      tools.items(0, MAX_TOOLS).forEach(ChatRules::checkTool);
    }
    Field functions = body.member("functions");
    if (!functions.isAbsent()) {
      functions.items(0, MAX_TOOLS).forEach(ChatRules::checkFunction);
    }
    Field choice = body.member("tool_choice");
    if (choice.isText()) {
      choice.checkOneOf(TOOL_CHOICES);
    } else if (!choice.isAbsent()) {
      var _ = choice.object().member("type").required().text();
    }
    Field call = body.member("function_call");
    if (!call.isText() && !call.isAbsent()) {
      var _ = call.object().member("name").required().text();
    }
    body.member("parallel_tool_calls").checkTruth();
  }

  private static void checkTool(Field tool) {
    String type = tool.object().member("type").required().text();
    if (type.equals("function")) {
      checkFunction(tool.member("function").required());
    } else if (type.equals("custom")) {
      checkName(tool.member("custom").required().object().member("name"));
    }
  }

  /// A function as both APIs describe one.
  static void checkFunction(Field function) {
    checkName(function.object().member("name"));
    function.member("description").checkText();
    function.member("parameters").checkObject();
    function.member("strict").checkTruth();
  }

  static void checkName(Field name) {
    if (!name.required().text().matches(NAME)) {
      throw name.invalid("must be 1 to 64 letters, digits, underscores or hyphens");
    }
  }

  private static void checkFormat(Field format) {
    if (format.isAbsent()) {
      return;
    }
    Field type = format.object().member("type").required();
    type.checkOneOf(FORMATS);
    if (type.text().equals("json_schema")) {
      Field schema = format.member("json_schema").required().object();
      checkName(schema.member("name"));
      schema.member("schema").checkObject();
      schema.member("strict").checkTruth();
    }
  }

  private static void checkOthers(Field body) {
    body.member("reasoning_effort").checkText();
    body.member("verbosity").checkText();
    body.member("prompt_cache_key").checkText();
    body.member("safety_identifier").checkText();
    body.member("prediction").checkObject();
    body.member("audio").checkObject();
    body.member("web_search_options").checkObject();
    Field modalities = body.member("modalities");
    if (!modalities.isAbsent()) {
      modalities.items().forEach(Field::text);
    }
    Field metadata = body.member("metadata");
    if (!metadata.isAbsent()) {
      metadata.members().forEach(Field::text);
    }
  }

  private static void checkStreamOptions(Field options, boolean stream) {
    if (options.isAbsent()) {
      return;
    }
    if (!stream) {
      throw options.object().invalid("needs 'stream' to be true");
    }
    options.object().member("include_obfuscation").checkTruth();
    options.member("include_usage").checkTruth();
  }
}
