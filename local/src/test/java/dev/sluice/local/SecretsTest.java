package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.RecordBody;
import dev.sluice.completion.RecordCodec;
import dev.sluice.completion.StartedRecord;
import dev.sluice.emulators.SqsQueues;
import dev.sluice.request.StoredBody;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/// A known key and a known prompt go through the whole stack; then every place is searched for
/// them.
@Tag(BackingServices.TAG)
@Isolated
final class SecretsTest {

  private static final String PROMPT = "canary-prompt-7f3a91";

  /// Every table that may hold what a client wrote, and what of it.
  private static final List<String> BODY_TABLES =
      List.of("request_body", "response_body", "quarantine");

  private final Queue<String> logged = new ConcurrentLinkedQueue<>();
  private final CapturingAppender appender = new CapturingAppender(logged);
  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private @Nullable Level level;

  @BeforeEach
  void captureTheLog() {
    level = root.getLevel();
    root.setLevel(Level.INFO);
    ((Logger) LoggerFactory.getLogger("dev.sluice")).setLevel(Level.DEBUG);
    appender.setContext(root.getLoggerContext());
    appender.start();
    root.addAppender(appender);
  }

  @AfterEach
  void releaseTheLog() {
    root.detachAppender(appender);
    root.setLevel(level);
  }

  @Test
  void keysAreNowhereAndPromptsOnlyInBodies() throws IOException {
    try (TestingStack stack = TestingStack.start()) {
      String key = stack.apiKey();
      String secret = key.substring(key.lastIndexOf('_') + 1, key.length() - 6);

      useEverything(stack);
      stack.send("{\"schema_version\":1,\"type\":\"started\",\"model\":\"" + PROMPT + "\"}");
      stack.drain();

      assertThat(stack.texts("select convert_from(message, 'UTF8') from quarantine"))
          .singleElement()
          .asString()
          .contains(PROMPT);
      String tables = dump(stack, allTables(stack));
      String narrow = dump(stack, tablesWithoutBodies(stack));
      assertThat(tables).doesNotContain(secret);
      assertThat(narrow).doesNotContain(PROMPT);
      assertThat(bodies(stack))
          .as("the search finds what is there")
          .anyMatch(b -> b.contains(PROMPT));
      assertThat(bodies(stack)).noneMatch(body -> body.contains(secret));
      assertThat(String.join("\n", logged))
          .doesNotContain(secret, PROMPT)
          .contains("request ended");
      assertThat(stack.metrics().toText()).doesNotContain(secret, PROMPT).contains("demo-echo");
    }
  }

  @Test
  void aRecordOnTheQueueHoldsThePromptOnlyInItsBody() throws IOException {
    try (TestingStack stack = TestingStack.start()) {
      stack.pauseCompletions();
      String key = stack.apiKey();
      String secret = key.substring(key.lastIndexOf('_') + 1, key.length() - 6);

      useEverything(stack);

      List<String> messages = queued(stack);
      assertThat(messages).hasSizeGreaterThan(6);
      assertThat(messages)
          .noneMatch(message -> message.contains(secret) || message.contains(PROMPT));
      assertThat(messages.stream().flatMap(message -> decodedBodies(message).stream()))
          .anyMatch(body -> body.contains(PROMPT))
          .noneMatch(body -> body.contains(secret));
    }
  }

  /// Success, streams, upstream failures, refusals, wrong keys and deletion, all with the canary in
  /// them.
  private static void useEverything(TestingStack stack) throws IOException {
    stack.chat("demo-echo", PROMPT, Map.of());
    stack.chat("demo-flaky", "fail:500 " + PROMPT, Map.of());
    stack.chat("demo-flaky", "fail:422 " + PROMPT, Map.of());
    stack.chat("demo-flaky", "reset " + PROMPT, Map.of());
    stack.chat("no-such-model", PROMPT, Map.of());
    stack.post(
        "/v1/chat/completions",
        "{\"model\":\"demo-echo\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\""
            + PROMPT
            + "\"}]}");
    stack.post(
        "/v1/chat/completions", "{\"model\":\"demo-echo\",\"temperature\":\"" + PROMPT + "\"}");
    stack.post("/v1/chat/completions", "{" + PROMPT);
    stack.post("/v1/embeddings", "{\"model\":\"demo-embed\",\"input\":\"" + PROMPT + "\"}");
    String almost = stack.apiKey().substring(0, stack.apiKey().length() - 1) + "x";
    stack.send("GET", "/v1/models", Map.of("Authorization", "Bearer " + almost), "");
    stack.get("/v1/responses");
  }

  private static List<String> queued(TestingStack stack) {
    SqsQueues queues = stack.stack().queues();
    List<String> messages = new ArrayList<>();
    for (int empty = 0; empty < 2; ) {
      List<String> more =
          queues
              .client()
              .receiveMessage(request ->
                  request
                      .queueUrl(queues.completions().url())
                      .maxNumberOfMessages(10)
                      .visibilityTimeout(60))
              .messages()
              .stream()
              .map(message -> message.body())
              .toList();
      messages.addAll(more);
      empty += more.isEmpty() ? 1 : 0;
    }
    return messages;
  }

  private static List<String> decodedBodies(String message) {
    CompletionRecord record = ((RecordCodec.Decoded.Known) RecordCodec.decode(message)).record();
    RecordBody body =
        switch (record) {
          case StartedRecord started -> started.request();
          case FinishedRecord finished -> finished.response();
        };
    return body instanceof RecordBody.Inline inline
        ? List.of(
            text(
                new StoredBody(
                    inline.bytes(),
                    inline.encoding(),
                    inline.contentType(),
                    inline.length(),
                    inline.sha256())))
        : List.of();
  }

  private static String text(StoredBody body) {
    return new String(body.decoded(), StandardCharsets.UTF_8);
  }

  private static List<String> allTables(TestingStack stack) {
    String names =
        stack.text(
            "select string_agg(table_name, ',') from information_schema.tables"
                + " where table_schema = 'public'");
    return List.of(names.split(",", -1));
  }

  private static List<String> tablesWithoutBodies(TestingStack stack) {
    return allTables(stack).stream().filter(table -> !BODY_TABLES.contains(table)).toList();
  }

  private static String dump(TestingStack stack, List<String> tables) {
    StringBuilder dump = new StringBuilder();
    for (String table : tables) {
      dump.append(stack.texts("select t::text from " + table + " t"));
    }
    return dump.toString();
  }

  private static List<String> bodies(TestingStack stack) {
    List<String> bodies = new ArrayList<>();
    for (String table : List.of("request_body", "response_body")) {
      stack
          .bodies("select bytes, encoding, content_type, length, sha256 from " + table)
          .forEach(body -> bodies.add(text(body)));
    }
    return bodies;
  }

  /// Keeps every line with its arguments, its key-value pairs and its stack trace.
  private static final class CapturingAppender extends AppenderBase<ILoggingEvent> {

    private final Queue<String> lines;

    CapturingAppender(Queue<String> lines) {
      this.lines = lines;
    }

    @Override
    protected void append(ILoggingEvent event) {
      lines.add(
          event.getFormattedMessage()
              + " "
              + event.getKeyValuePairs()
              + " "
              + event.getMDCPropertyMap()
              + " "
              + (event.getThrowableProxy() == null
                  ? ""
                  : ThrowableProxyUtil.asString(event.getThrowableProxy())));
    }
  }
}
