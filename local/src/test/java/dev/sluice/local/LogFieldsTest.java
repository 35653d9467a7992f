package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.joran.spi.JoranException;
import dev.sluice.telemetry.LogField;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.event.KeyValuePair;

/// What a function may write into its log.
final class LogFieldsTest {

  private static final List<String> MODULES =
      List.of("migrations", "lifecycle", "completion-fn", "daemon-fn", "gateway-fn");

  /// The first argument, when it is a text.
  private static final Pattern FIELD = Pattern.compile("addKeyValue\\(\\s*(?:\"([^\"]*)\"\\s*,)?");

  /// The end of a line in the making: one constant text and nothing else.
  private static final Pattern CONSTANT =
      Pattern.compile("\\.log\\(\\s*\"[^\"{}]*\"(?:\\s*\\+\\s*\"[^\"{}]*\")*\\s*\\)");

  private static final Pattern LINE =
      Pattern.compile("LOG\\s*\\.at[A-Z][a-z]+\\(\\)(?:(?!;).)*?\\.log\\(", Pattern.DOTALL);

  /// It passes on what the runtime's own interface is given, which no function of ours uses.
  private static final String FOREIGN = "InvocationContext.java";

  @Test
  void theTableIsWhatTheCodeWrites() throws IOException {
    Set<String> written = new TreeSet<>();
    for (Path file : sources()) {
      Matcher fields = FIELD.matcher(Files.readString(file));
      while (fields.find()) {
        assertThat(fields.group(1)).as("a field of %s without a constant name", file).isNotNull();
        written.add(fields.group(1));
      }
    }

    assertThat(written)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(LogField.values()).map(LogField::text).toList());
  }

  @Test
  void noFieldIsForContent() {
    assertThat(LogField.values())
        .allSatisfy(field -> {
          assertThat(field.name().toLowerCase(Locale.ROOT)).isEqualTo(field.text());
          assertThat(field.meaning()).isNotBlank();
          assertThat(field.text())
              .doesNotContainIgnoringCase("body")
              .doesNotContainIgnoringCase("prompt")
              .doesNotContainIgnoringCase("secret")
              .doesNotContainIgnoringCase("password")
              .doesNotContainIgnoringCase("content")
              .isNotIn("key", "token", "input", "output", "message", "url");
        });
  }

  @Test
  void theTextOfALineIsAConstant() throws IOException {
    List<String> others = new ArrayList<>();
    for (Path file : sources()) {
      String source = Files.readString(file);
      Matcher lines = LINE.matcher(source);
      while (lines.find()) {
        Matcher text =
            CONSTANT.matcher(source).region(lines.end() - ".log(".length(), source.length());
        if (!text.lookingAt() && !file.endsWith(FOREIGN)) {
          others.add(file + ": " + lines.group());
        }
      }
      assertThat(source)
          .as(file.toString())
          .doesNotContainPattern("LOG\\.(trace|debug|info|warn|error)\\(");
    }

    assertThat(others).isEmpty();
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
      }
    }
    assertThat(sources).hasSizeGreaterThan(200);
    return sources;
  }

  @ParameterizedTest
  @ValueSource(strings = {"migrations", "completion-fn", "daemon-fn", "gateway-fn"})
  void aLineIsOneJsonObject(String module) throws JoranException {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(
        Path.of("..", module, "src", "main", "resources", "logback.xml").toFile());
    LoggingEvent event =
        new LoggingEvent(
            "caller",
            context.getLogger("dev.sluice.Some"),
            Level.WARN,
            "What happened\nin \"two\" lines",
            new IllegalStateException("over\ntwo", new IllegalArgumentException("cause")),
            null);
    event.addKeyValuePair(new KeyValuePair(LogField.REQUEST_ID.text(), "req_1"));
    event.addKeyValuePair(new KeyValuePair(LogField.STATUS.text(), 503));

    String line = new String(encoder(context).encode(event), StandardCharsets.UTF_8);

    assertThat(line).endsWith("\n").doesNotContainPattern("\n.");
    JsonObject json = Json.objectOrEmpty(line.strip().getBytes(StandardCharsets.UTF_8));
    assertThat(json.members().keySet())
        .containsExactlyInAnyOrder(
            "timestamp",
            "level",
            "threadName",
            "loggerName",
            "mdc",
            "kvpList",
            "formattedMessage",
            "throwable");
    assertThat(json.text("formattedMessage")).contains("What happened\nin \"two\" lines");
    assertThat(Json.write(Objects.requireNonNull(json.get("kvpList"))))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("[{\"request_id\":\"req_1\"},{\"status\":\"503\"}]");
    context.stop();
  }

  private static Encoder<ILoggingEvent> encoder(LoggerContext context) {
    OutputStreamAppender<ILoggingEvent> console =
        (OutputStreamAppender<ILoggingEvent>)
            context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDOUT");
    return console.getEncoder();
  }
}
