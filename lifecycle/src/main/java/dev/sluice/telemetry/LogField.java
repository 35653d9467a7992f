package dev.sluice.telemetry;

/// The table of all fields that log lines carry beside their text: a test compares it with what the
/// code writes.
///
/// No field holds a body, a prompt, a key, or what a model server or the database said of them; the
/// text of a line is a constant, so that nothing gets in there either. What is thrown is logged
/// with its stack trace, whose messages obey the same rule where they are ours.
public enum LogField {
  ACCOUNT_ID("account_id", "whose request or key it is"),
  ANSWER_MARGIN("answer_margin", "setting of the completion function"),
  AT("at", "when a run was asked for"),
  CALLS("calls", "settings of the daemon's calls"),
  DAEMON_ID("daemon_id", "the run that says it"),
  DATABASE("database", "settings of the database's use"),
  DUTIES("duties", "settings of the daemon's duties"),
  DUTY("duty", "which one of a run"),
  ERROR("error", "label of how a call, or the arranging of a run, failed"),
  FAILED("failed", "how many messages or requests"),
  FAILED_IDS("failed_ids", "of requests that were given up"),
  FAILED_RESPONSE_ID("failed_response_id", "of an answer that an idempotency key gave up"),
  FIRST("first", "name of the first object that stays"),
  FIRST_ID("first_id", "of the first request of a set"),
  FULL_BATCH("full_batch", "setting of the completion function"),
  GATEWAY("gateway", "settings of the inference function"),
  HOLDER("holder", "class that held connections"),
  KEY_ID("key_id", "public part of an API key"),
  MESSAGE_ID("message_id", "of a message of the queue"),
  MESSAGES("messages", "how many came in a batch"),
  MIGRATIONS("migrations", "how many were applied"),
  MILLIS("millis", "how long a request or the priming took"),
  MISSING("missing", "name of the member that a record lacks"),
  MODEL("model", "alias, as the models file has it"),
  OUTCOME("outcome", "how a request ended"),
  PAGE("page", "size of a page of rows"),
  PAUSE("pause", "before the database is asked again"),
  PRIMED("primed", "how many parts were primed before a snapshot"),
  PRIMING("priming", "class whose priming failed"),
  PROBLEM("problem", "what was wrong with an event, never its content"),
  QUARANTINE_AFTER("quarantine_after", "setting of the completion function"),
  REASON("reason", "label of why"),
  RECEIVE_COUNT("receive_count", "how often a message came"),
  RECORDS("records", "how many spilled records"),
  REPEAT("repeat", "which one of a transaction"),
  REQUEST_ID("request_id", "of an HTTP request, or of the request row"),
  REQUEST_IDS("request_ids", "of request rows, at most 20"),
  REQUESTS("requests", "how many"),
  REQUEUED("requeued", "how many requests were put back"),
  RESPONSE_ID("response_id", "of a response"),
  RESPONSES("responses", "how many"),
  RESULTS("results", "how many"),
  ROUTE("route", "method and path pattern"),
  SCHEMA_VERSION("schema_version", "of the database"),
  SETTINGS("settings", "those of the migration function"),
  SQLSTATE("sqlstate", "five signs of PostgreSQL"),
  STATUS("status", "of an HTTP answer"),
  TIME_LIMIT("time_limit", "setting of the completion function"),
  TRACE_ID("trace_id", "of the invocation"),
  UPSTREAM("upstream", "settings of calls to model servers"),
  WHAT("what", "which step is repeated");

  private final String text;
  private final String meaning;

  LogField(String text, String meaning) {
    this.text = text;
    this.meaning = meaning;
  }

  /// The name in the line.
  public String text() {
    return text;
  }

  public String meaning() {
    return meaning;
  }
}
