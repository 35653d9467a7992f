package dev.sluice.aws;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.telemetry.MetricSeries;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/// What the log says of a schedule that is refused.
@Isolated("It listens to the log of the whole process")
final class NextRunLogTest {

  private static final Instant AT = Instant.parse("2026-11-21T12:31:00Z");

  private final Logger logger = (Logger) LoggerFactory.getLogger(EventBridgeNextRun.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(lines);
  }

  /// A label, without the address that may follow it.
  @Test
  void refusalsAreToldApartByTheirLabel() {
    UpstreamAnswer refusal =
        UpstreamAnswer.json(
            400, "{}", Map.of("x-amzn-ErrorType", "ValidationException:http://internal/"));
    try (ScriptedUpstream server = ScriptedUpstream.start(_ -> refusal);
        EventBridgeNextRun nextRun =
            EventBridgeNextRun.connect(
                new EventBridgeNextRun.Target(
                    "group", "role", URI.create("http://127.0.0.1:" + server.port())),
                InstantSource.fixed(AT),
                new MetricSeries())) {
      nextRun.arrange("function", AT);
    }

    assertThat(lines.list)
        .singleElement()
        .extracting(ILoggingEvent::getKeyValuePairs)
        .asInstanceOf(InstanceOfAssertFactories.list(KeyValuePair.class))
        .contains(
            new KeyValuePair("status", 400), new KeyValuePair("error", "ValidationException"));
  }
}
