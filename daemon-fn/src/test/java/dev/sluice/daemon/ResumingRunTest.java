package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.request.StoreUnavailableException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/// Runs that begin while the database resumes.
final class ResumingRunTest extends RunFixture {

  private final Logger logger = (Logger) LoggerFactory.getLogger(Insistence.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
    logger.setLevel(Level.INFO);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(lines);
    logger.setLevel(null);
  }

  @Test
  void aRunAsksAgainUntilTheDatabaseAnswers() {
    resumeWait = MINUTE;
    registry.outages.set(2);

    var _ = run(TestingCalls.completing(), MINUTE.multipliedBy(2));

    assertThat(registry.log)
        .startsWith("register v", "register v", "register v")
        .endsWith("stop")
        .filteredOn("register v"::equals)
        .hasSize(3);
    assertThat(lines.list)
        .hasSize(2)
        .allSatisfy(line -> {
          assertThat(line.getLevel()).isEqualTo(Level.INFO);
          assertThat(line.getThrowableProxy()).isNull();
          assertThat(line.getKeyValuePairs())
              .contains(
                  new KeyValuePair("what", "register"), new KeyValuePair("sqlstate", "08001"));
        });
  }

  /// Its function would be killed meanwhile.
  @Test
  @Timeout(60)
  void itWaitsNoLongerThanItsTimeWithoutTheMargin() {
    resumeWait = Duration.ofHours(1);
    registry.outages.set(Integer.MAX_VALUE);

    assertThatThrownBy(() -> run(TestingCalls.completing(), stopMargin.plusMillis(300)))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(registry.log).containsOnly("register v");
  }
}
