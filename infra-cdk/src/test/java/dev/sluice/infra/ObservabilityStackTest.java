package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awscdk.Duration;

@NeedsNode
final class ObservabilityStackTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern SEARCH =
      Pattern.compile(
          "SEARCH\\('\\{\"sluice-prod-metrics\",([a-z_,]+)} MetricName=\"([a-z_]+)\"', '\\w+', \\d+\\)");

  private final Template template = Synthesis.of(Profile.PROD).stack("observability");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "completions-dead",
        "wakes-dead",
        "quarantine",
        "partial-failures",
        "completions-age",
        "records-spilled",
        "records-lost",
        "results-lost",
        "records-missing",
        "next-run",
        "no-tick",
        "daemon-errors",
        "server-errors",
        "database-connections",
        "database-capacity",
        "inference-errors",
        "inference-throttles",
        "inference-timeouts",
        "api-errors",
        "api-throttles",
        "api-timeouts",
        "completion-errors",
        "completion-throttles",
        "completion-timeouts",
        "daemon-throttles",
        "daemon-timeouts"
      })
  void thereIsAnAlarmForEverythingThatSomebodyMustSee(String name) {
    JsonNode alarm = alarm(Profile.PROD, name);

    assertThat(alarm.path("AlarmDescription").asText()).hasSizeGreaterThan(20).endsWith(".");
    assertThat(alarm.path("AlarmActions")).isEqualTo(alarm.path("OKActions")).hasSize(1);
    assertThat(alarm.path("EvaluationPeriods")).isEqualTo(alarm.path("DatapointsToAlarm"));
  }

  @Test
  void nothingElseIsAnAlarmAndTheBillCountsWhatTheyRead() {
    assertThat(alarms(Profile.PROD)).hasSize(26);
    long read =
        alarms(Profile.PROD).stream()
            .mapToLong(alarm ->
                alarm.has("Metrics")
                    ? Template.elements(alarm.path("Metrics"))
                        .filter(metric -> metric.has("MetricStat"))
                        .count()
                    : 1)
            .sum();
    assertThat(Inventory.ALARM_METRICS).isEqualTo((int) read);
  }

  /// An alarm on a metric that nobody writes would be silent for ever.
  @ParameterizedTest
  @EnumSource
  void alarmsAndDashboardReadOnlyMetricsOfTheTableAndWithoutLabels(Profile profile)
      throws IOException {
    Map<String, List<String>> table = table();
    Template stack = Synthesis.of(profile).stack("observability");
    String namespace = "sluice-" + profile.text() + "-metrics";
    List<String> read = new ArrayList<>();

    for (JsonNode metric : metrics(stack)) {
      if (metric.path("Namespace").asText().equals(namespace)) {
        assertThat(metric.has("Dimensions")).isFalse();
        read.add(metric.path("MetricName").asText());
      }
    }
    for (JsonNode drawn : drawn(stack)) {
      if (drawn.path(0).asText().equals(namespace)) {
        assertThat(drawn.path(2).isTextual()).as("dimensions of " + drawn).isFalse();
        read.add(drawn.path(1).asText());
      }
    }

    assertThat(read).hasSizeGreaterThan(30);
    assertThat(table.keySet()).containsAll(read);
  }

  @Test
  void searchesNameALabelledMetricWithAllItsLabels() throws IOException {
    Map<String, List<String>> table = table();
    int searches = 0;
    for (JsonNode drawn : drawn(template)) {
      String expression = drawn.path(0).path("expression").asText();
      if (expression.startsWith("SEARCH")) {
        searches++;
        Matcher matcher = SEARCH.matcher(expression);
        assertThat(matcher.matches()).as(expression).isTrue();
        assertThat(table.get(matcher.group(2)))
            .as(expression)
            .containsExactly(matcher.group(1).split(","));
      }
    }
    assertThat(searches).isGreaterThan(5);
  }

  @Test
  void anUnknownMetricCannotBeDrawn() {
    OwnMetrics own = new OwnMetrics(Synthesis.context(Map.of()));

    assertThatThrownBy(() -> own.all("records_gone", "Sum", Duration.minutes(5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("records_gone");
    assertThatThrownBy(() -> own.each("daemon_in_flight", "Sum", Duration.minutes(5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no labels");
  }

  @Test
  void whatIsLostRaisesTheAlarmAtOnce() {
    for (String name : List.of("completions-dead", "wakes-dead", "quarantine", "records-lost")) {
      JsonNode alarm = alarm(Profile.PROD, name);
      assertThat(alarm.path("Threshold").asInt()).isEqualTo(1);
      assertThat(alarm.path("EvaluationPeriods").asInt()).isEqualTo(1);
      assertThat(alarm.path("ComparisonOperator").asText())
          .isEqualTo("GreaterThanOrEqualToThreshold");
    }
  }

  @Test
  void theLossDetectorComparesWhatWasSentAndStoredInAQuarterOfAnHour() {
    JsonNode alarm = alarm(Profile.PROD, "records-missing");
    Map<String, String> expressions = new TreeMap<>();
    Map<String, String> names = new TreeMap<>();
    for (JsonNode metric : alarm.path("Metrics")) {
      String id = metric.path("Id").asText();
      if (metric.has("MetricStat")) {
        names.put(id, metric.at("/MetricStat/Metric/MetricName").asText());
        assertThat(metric.at("/MetricStat/Period").asInt()).isEqualTo(900);
        assertThat(metric.at("/MetricStat/Stat").asText()).isEqualTo("Sum");
      } else {
        expressions.put(id, metric.path("Expression").asText());
      }
    }

    assertThat(names)
        .containsOnly(
            Map.entry("sentRaw", "records_enqueued"),
            Map.entry("storedRaw", "completion_records_stored"),
            Map.entry("asideRaw", "completion_quarantined"));
    assertThat(expressions)
        .containsEntry("sent", "FILL(sentRaw, 0)")
        .containsEntry("stored", "FILL(storedRaw, 0)")
        .containsEntry("aside", "FILL(asideRaw, 0)")
        .containsValue("IF(sent - stored - aside > 0.01 * sent, sent - stored - aside, 0)");
  }

  @ParameterizedTest
  @EnumSource
  void aDaemonThatIsNotStartedRaisesTheAlarmAfterThreeTicks(Profile profile) {
    JsonNode alarm = alarm(profile, "no-tick");

    assertThat(alarm.path("TreatMissingData").asText()).isEqualTo("breaching");
    assertThat(alarm.path("ComparisonOperator").asText()).isEqualTo("LessThanThreshold");
    assertThat(alarm.path("Period").asLong())
        .isGreaterThanOrEqualTo(3 * Sizes.of(profile).tick().toSeconds())
        .isLessThanOrEqualTo(86_400);
  }

  @Test
  void connectionsRaiseTheAlarmAtTheirBudget() {
    Sizes sizes = Sizes.of(Profile.PROD);

    assertThat(alarm(Profile.PROD, "database-connections").path("Threshold").asDouble())
        .isEqualTo(0.8 * sizes.database().maxConnections());
    assertThat(alarm(Profile.PROD, "inference-timeouts").path("Threshold").asLong())
        .isEqualTo(sizes.inference().timeout().toMillis());
  }

  @Test
  void theTopicIsEncryptedAndRefusesPlainHttpAndTakesAlarms() {
    String policy = template.only("AWS::SNS::TopicPolicy").properties().toString();

    assertThat(template.only("AWS::SNS::Topic").properties().has("KmsMasterKeyId")).isTrue();
    assertThat(policy).contains("aws:SecureTransport", "cloudwatch.amazonaws.com", "sns:Publish");
    assertThat(template.ofType("AWS::SNS::Subscription")).isEmpty();
  }

  @Test
  void theKeyOfTheTopicIsForTheAccountAndItsAlarmsAlone() {
    Template.Resource key = template.only("AWS::KMS::Key");
    List<String> statements =
        Template.elements(key.at("KeyPolicy/Statement"))
            .map(each -> {
              String who = Template.text(each.at("/Principal").elements().next());
              String may = Template.texts(each.path("Action")).collect(Collectors.joining(", "));
              String of = Template.text(each.at("/Condition/StringEquals/aws:SourceAccount"));
              return who + " may " + may + " of " + of;
            })
            .toList();

    assertThat(key.at("EnableKeyRotation").asBoolean()).isTrue();
    assertThat(statements)
        .containsExactly(
            "arn:<Partition>:iam::<AccountId>:root may kms:* of ",
            "cloudwatch.amazonaws.com may kms:Decrypt, kms:GenerateDataKey* of <AccountId>");
  }

  @Test
  void anAddressThatIsGivenIsWrittenTo() {
    Template stack =
        Synthesis.with(Map.of("profile", "dev", "alarm-email", "oncall@corp.example"))
            .stack("observability");

    assertThat(stack.only("AWS::SNS::Subscription").properties().path("Endpoint").asText())
        .isEqualTo("oncall@corp.example");
  }

  @Test
  void theDeploymentPrintsWhereToLookAndWhatItCosts() {
    JsonNode outputs = template.root().path("Outputs");

    assertThat(outputs.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("Dashboard", "AlarmTopic", "MonthlyIdleEstimate");
    assertThat(Template.text(outputs.at("/Dashboard/Value"))).endsWith("sluice-prod-dashboard");
    assertThat(outputs.at("/MonthlyIdleEstimate/Value").asText()).matches("[0-9]+ USD .*");
  }

  private static JsonNode alarm(Profile profile, String name) {
    String whole = "sluice-" + profile.text() + "-" + name;
    return alarms(profile).stream()
        .filter(alarm -> alarm.path("AlarmName").asText().equals(whole))
        .findFirst()
        .orElseThrow(() -> new AssertionError("There is no alarm " + whole));
  }

  private static List<JsonNode> alarms(Profile profile) {
    Template template = Synthesis.of(profile).stack("observability");
    return template.properties("AWS::CloudWatch::Alarm");
  }

  /// The metrics of alarms, also those within expressions.
  private static List<JsonNode> metrics(Template template) {
    List<JsonNode> metrics = new ArrayList<>();
    for (JsonNode alarm : template.properties("AWS::CloudWatch::Alarm")) {
      if (alarm.has("MetricName")) {
        metrics.add(alarm);
      }
      Template.elements(alarm.path("Metrics"))
          .filter(metric -> metric.has("MetricStat"))
          .forEach(metric -> metrics.add(metric.at("/MetricStat/Metric")));
    }
    return metrics;
  }

  /// The rows of all graphs: `[namespace, name, dimension, value, …, options]`.
  private static List<JsonNode> drawn(Template template) throws IOException {
    JsonNode body = template.only("AWS::CloudWatch::Dashboard").properties().path("DashboardBody");
    List<JsonNode> drawn = new ArrayList<>();
    String text = Template.text(body);
    for (JsonNode widget : JSON.readTree(text).path("widgets")) {
      widget.at("/properties/metrics").forEach(drawn::add);
    }
    return drawn;
  }

  private static Map<String, List<String>> table() {
    Map<String, List<String>> table = new TreeMap<>();
    for (JsonNode row : Tables.rows("metrics.json")) {
      table.put(
          row.path("name").asText(),
          Template.elements(row.path("labels")).map(JsonNode::asText).toList());
    }
    return table;
  }
}
