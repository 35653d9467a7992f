package dev.sluice.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// What the migration function says when it starts.
final class StartLineTest {

  private static final String PASSWORD = "the-password-of-the-master";

  @Test
  void theFunctionSaysOnceThatItHasStartedAndNoSecret() {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    root.addAppender(lines);
    Level before = root.getLevel();
    root.setLevel(Level.INFO);
    try (MigrationHandler handler =
        new MigrationHandler(
            Map.of(
                "datasources.default.url",
                "jdbc:postgresql://127.0.0.1:1/none",
                "datasources.default.username",
                "master",
                "datasources.default.password",
                PASSWORD))) {
      assertThat(lines.list)
          .filteredOn(line -> line.getFormattedMessage().equals("Migration function started"))
          .hasSize(1);
      assertThat(lines.list)
          .noneMatch(
              line -> (line.getFormattedMessage() + line.getKeyValuePairs()).contains(PASSWORD));
      assertThat(handler).isNotNull();
    } finally {
      root.setLevel(before);
      root.detachAppender(lines);
    }
  }
}
