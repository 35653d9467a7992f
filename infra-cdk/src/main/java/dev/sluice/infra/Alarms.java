package dev.sluice.infra;

import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.cloudwatch.Alarm;
import software.amazon.awscdk.services.cloudwatch.ComparisonOperator;
import software.amazon.awscdk.services.cloudwatch.IAlarmAction;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.TreatMissingData;

/// Alarms of one deployment, all of which write to the same place, also when they end.
final class Alarms {

  /// The period of metrics that alarms read, unless they say another.
  static final Duration PERIOD = Duration.minutes(5);

  private final Stack stack;
  private final DeploymentContext context;
  private final IAlarmAction action;

  Alarms(Stack stack, DeploymentContext context, IAlarmAction action) {
    this.stack = stack;
    this.context = context;
    this.action = action;
  }

  /// Goes off when the metric is at or above the threshold.
  ///
  /// @param name in lower case with dashes
  /// @param meaning what is wrong, and what to look at
  void atLeast(String name, String meaning, IMetric metric, double threshold) {
    lasting(name, meaning, metric, threshold, 1);
  }

  /// Goes off when the metric is at or above the threshold for that many periods without a break.
  void lasting(String name, String meaning, IMetric metric, double threshold, int periods) {
    add(
        builder(name, meaning, metric, threshold, periods)
            .comparisonOperator(ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD)
            .treatMissingData(TreatMissingData.NOT_BREACHING));
  }

  /// Goes off when nothing is counted for a whole period.
  void silence(String name, String meaning, IMetric metric) {
    add(
        builder(name, meaning, metric, 1, 1)
            .comparisonOperator(ComparisonOperator.LESS_THAN_THRESHOLD)
            .treatMissingData(TreatMissingData.BREACHING));
  }

  private Alarm.Builder builder(
      String name, String meaning, IMetric metric, double threshold, int periods) {
    return Alarm.Builder.create(stack, "Alarm-" + name)
        .alarmName(context.name(name))
        .alarmDescription(meaning)
        .metric(metric)
        .threshold(threshold)
        .evaluationPeriods(periods)
        .datapointsToAlarm(periods);
  }

  private void add(Alarm.Builder builder) {
    Alarm alarm = builder.build();
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}
