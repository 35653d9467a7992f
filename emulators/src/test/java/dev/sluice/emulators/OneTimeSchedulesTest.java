package dev.sluice.emulators;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.emulators.OneTimeSchedules.Schedule;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OneTimeSchedulesTest {

  private static final Instant AT = Instant.parse("2026-11-21T12:30:00Z");
  private static final String BODY =
      """
      {"ActionAfterCompletion":"DELETE","ClientToken":"t","FlexibleTimeWindow":{"Mode":"OFF"},
       "GroupName":"g","ScheduleExpression":"at(2026-11-21T12:30:00)",
       "ScheduleExpressionTimezone":"UTC",
       "Target":{"Arn":"arn:aws:lambda:f","RoleArn":"arn:aws:iam:r",
         "RetryPolicy":{"MaximumEventAgeInSeconds":60,"MaximumRetryAttempts":0}}}
      """;

  private final OneTimeSchedules schedules = OneTimeSchedules.start();
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    schedules.close();
    client.close();
  }

  @Test
  void aScheduleCallsOnceWhenItsTimeHasComeAndIsGone() throws Exception {
    List<String> events = new ArrayList<>();
    RequestStreamHandler function =
        (event, _, _) -> events.add(new String(event.readAllBytes(), StandardCharsets.UTF_8));
    try (Scheduler scheduler =
        Scheduler.paused(
            new Scheduler.Settings("f", Duration.ofHours(1), Duration.ofSeconds(20), 1),
            function)) {
      assertThat(create("a", BODY)).isEqualTo(200);
      assertThat(schedules.waiting())
          .containsExactly(new Schedule("a", "g", AT, "arn:aws:lambda:f", "arn:aws:iam:r", "t"));

      assertThat(schedules.fire(AT.minusSeconds(1), scheduler)).isEmpty();
      assertThat(schedules.fire(AT, scheduler)).hasSize(1);
      assertThat(schedules.fire(AT, scheduler)).isEmpty();
    }
    assertThat(events).singleElement().asString().contains("aws.scheduler");
    assertThat(schedules.waiting()).isEmpty();
  }

  @Test
  void aRepeatIsTheSameScheduleAndAnotherOfTheNameAConflict() throws Exception {
    assertThat(create("a", BODY)).isEqualTo(200);
    assertThat(create("a", BODY)).isEqualTo(200);
    assertThat(create("a", BODY.replace("12:30", "12:31"))).isEqualTo(409);

    assertThat(schedules.waiting()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "OFF"                           | "FLEXIBLE"
          at(2026-11-21T12:30:00)         | at(2026-11-21 12:30)
          "MaximumEventAgeInSeconds":60   | "MaximumEventAgeInSeconds":59
          "MaximumRetryAttempts":0        | "MaximumRetryAttempts":186
          "ClientToken":"t",              | ''
          arn:aws:lambda:f                | f
          """)
  void whatSchedulerRefusesIsRefused(String text, String with) throws Exception {
    assertThat(BODY).contains(text);

    assertThat(create("a", BODY.replace(text, with))).isEqualTo(400);
    assertThat(schedules.waiting()).isEmpty();
  }

  private int create(String name, String body) throws IOException, InterruptedException {
    return client
        .send(
            HttpRequest.newBuilder(schedules.endpoint().resolve("/schedules/" + name))
                .header("authorization", "AWS4-HMAC-SHA256 Credential=c/d/r/scheduler/aws4_request")
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString())
        .statusCode();
  }
}
