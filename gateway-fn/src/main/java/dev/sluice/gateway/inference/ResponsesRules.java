package dev.sluice.gateway.inference;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The rules of a Responses body, by OpenAI's reference of `POST /v1/responses` and by Open
/// Responses. Members that neither knows are ignored.
///
/// Where the two differ, what either accepts is accepted: `max_output_tokens` may be 1, although
/// OpenAI's own models want 16, because other model servers do not.
final class ResponsesRules {

  private static final int MAX_TOP_LOGPROBS = 20;
  private static final int MAX_PAIRS = 16;
  private static final int MAX_KEY_LENGTH = 64;
  private static final int MAX_VALUE_LENGTH = 512;
  private static final Set<String> FORMATS = Set.of("text", "json_object", "json_schema");
  private static final Set<String> VERBOSITIES = Set.of("low", "medium", "high");
  private static final Set<String> TRUNCATIONS = Set.of("auto", "disabled");
  private static final Set<String> EFFORTS =
      Set.of("none", "minimal", "low", "medium", "high", "xhigh", "max");
  private static final Set<String> SUMMARIES = Set.of("auto", "concise", "detailed");

  private ResponsesRules() {}

  static ValidRequest.Responses check(Field body, ValidRequest.Common common) {
    InputRules.check(body.member("input").required());
    checkConversationIsAbsent(body);
    body.member("instructions").checkText();
    checkSampling(body);
    ToolParameters.check(body);
    checkText(body.member("text"));
    checkReasoning(body.member("reasoning"));
    checkMetadata(body.member("metadata"));
    checkOthers(body);
    return new ValidRequest.Responses(
        common,
        isTrue(body.member("stream")),
        isTrue(body.member("background")),
        previous(body.member("previous_response_id")));
  }

  private static boolean isTrue(Field field) {
    return !field.isAbsent() && field.truth();
  }

  /// A conversation that is to be compacted: what shapes an answer plays no part.
  static ValidRequest.Compaction checkCompaction(Field body, ValidRequest.Common common) {
    Optional<String> previous = checkConversation(body);
    return new ValidRequest.Compaction(common, previous);
  }

  /// A Responses body that is to be counted, not answered.
  static ValidRequest.Responses checkCount(Field body, ValidRequest.Common common) {
    Optional<String> previous = checkConversation(body);
    ToolParameters.check(body);
    checkText(body.member("text"));
    checkReasoning(body.member("reasoning"));
    return new ValidRequest.Responses(common, false, false, previous);
  }

  /// The turns before are enough.
  private static Optional<String> checkConversation(Field body) {
    Optional<String> previous = previous(body.member("previous_response_id"));
    Field input = body.member("input");
    if (previous.isEmpty() || !input.isAbsent()) {
      InputRules.check(input.required());
    }
    checkConversationIsAbsent(body);
    body.member("instructions").checkText();
    return previous;
  }

  private static Optional<String> previous(Field id) {
    return id.isAbsent() ? Optional.empty() : Optional.of(id.nonEmptyText());
  }

  private static void checkConversationIsAbsent(Field body) {
    Field conversation = body.member("conversation");
    if (conversation.isAbsent()) {
      return;
    }
    if (!body.member("previous_response_id").isAbsent()) {
      throw conversation.invalid("cannot be used together with 'previous_response_id'");
    }
    throw GatewayException.of(
        ErrorCode.NOT_SUPPORTED,
        "Conversations are not offered. Leave 'conversation' out, and continue a response with"
            + " 'previous_response_id'.",
        conversation.path());
  }

  private static void checkSampling(Field body) {
    ChatRules.checkRanges(body);
    body.member("top_logprobs").checkInteger(0, MAX_TOP_LOGPROBS);
    body.member("max_output_tokens").checkInteger(1, Integer.MAX_VALUE);
    body.member("max_tool_calls").checkInteger(1, Integer.MAX_VALUE);
  }

  private static void checkText(Field text) {
    if (text.isAbsent()) {
      return;
    }
    text.object().member("verbosity").checkOneOf(VERBOSITIES);
    Field format = text.member("format");
    if (format.isAbsent()) {
      return;
    }
    Field type = format.object().member("type").required();
    type.checkOneOf(FORMATS);
    if (type.text().equals("json_schema")) {
      ChatRules.checkName(format.member("name"));
      format.member("schema").required().checkObject();
      format.member("description").checkText();
      format.member("strict").checkTruth();
    }
  }

  private static void checkReasoning(Field reasoning) {
    if (reasoning.isAbsent()) {
      return;
    }
    reasoning.object().member("effort").checkOneOf(EFFORTS);
    reasoning.member("summary").checkOneOf(SUMMARIES);
    reasoning.member("generate_summary").checkOneOf(SUMMARIES);
  }

  private static void checkMetadata(Field metadata) {
    if (metadata.isAbsent()) {
      return;
    }
    List<Field> pairs = metadata.members();
    if (pairs.size() > MAX_PAIRS) {
      throw metadata.invalid("must have at most " + MAX_PAIRS + " pairs, not " + pairs.size());
    }
    for (Field pair : pairs) {
      if (pair.path().length() - metadata.path().length() - 1 > MAX_KEY_LENGTH) {
        throw metadata.invalid("must have keys of at most " + MAX_KEY_LENGTH + " characters");
      }
      if (pair.text().length() > MAX_VALUE_LENGTH) {
        throw pair.invalid("must have at most " + MAX_VALUE_LENGTH + " characters");
      }
    }
  }

  private static void checkOthers(Field body) {
    body.member("truncation").checkOneOf(TRUNCATIONS);
    body.member("prompt_cache_key").checkText();
    body.member("safety_identifier").checkText();
    body.member("prompt").checkObject();
    Field include = body.member("include");
    if (!include.isAbsent()) {
      include.items().forEach(Field::text);
    }
    Field options = body.member("stream_options");
    if (!options.isAbsent()) {
      options.object().member("include_obfuscation").checkTruth();
    }
  }
}
