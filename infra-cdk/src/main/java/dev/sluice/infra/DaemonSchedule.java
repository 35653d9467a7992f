package dev.sluice.infra;

import dev.sluice.infra.Permissions.OneTimeSchedules;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PrincipalWithConditions;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.EventInvokeConfigOptions;
import software.amazon.awscdk.services.scheduler.CfnSchedule;
import software.amazon.awscdk.services.scheduler.CfnScheduleGroup;
import software.constructs.Construct;

/// What starts the daemon without being asked: a tick, always, and in the profile that lets the
/// database pause, also one-time schedules which the daemon makes itself.
///
/// A tick is not repeated and soon too old, neither by the scheduler, which hands it over, nor by
/// Lambda, which keeps it while all of the daemon's sandboxes are busy: the next one does all that
/// it would have done. For the same reason it has no dead-letter queue.
final class DaemonSchedule extends Construct {

  private static final Duration LONGEST_AGE = Duration.ofSeconds(60);

  private final CfnScheduleGroup group;
  private final Role role;
  private final Profile profile;

  DaemonSchedule(Stack stack, DeploymentContext context) {
    super(stack, "Schedule");
    profile = context.profile();
    group = CfnScheduleGroup.Builder.create(this, "Group").name(context.name("daemon")).build();
    role =
        Role.Builder.create(this, "Role")
            .description("Sluice: starts the daemon")
            .assumedBy(
                new PrincipalWithConditions(
                    new ServicePrincipal("scheduler.amazonaws.com"),
                    Map.of("StringEquals", Map.of("aws:SourceAccount", stack.getAccount()))))
            .build();
  }

  /// What the daemon needs to make schedules of its own; empty where the tick is frequent enough.
  Optional<OneTimeSchedules> oneTime(Stack stack, DeploymentContext context) {
    return switch (profile) {
      case DEV ->
          Optional.of(
              new OneTimeSchedules(
                  context.name("daemon"),
                  stack.formatArn(
                      ArnComponents.builder()
                          .service("scheduler")
                          .resource("schedule")
                          .resourceName(context.name("daemon") + "/*")
                          .build()),
                  role.getRoleArn()));
      case PROD -> Optional.empty();
    };
  }

  /// @return the schedule that ticks
  CfnSchedule start(Alias daemon, Duration every) {
    role.addToPolicy(
        Permissions.allow(
            "StartDaemon", List.of("lambda:InvokeFunction"), List.of(daemon.getFunctionArn())));
    daemon.configureAsyncInvoke(
        EventInvokeConfigOptions.builder()
            .retryAttempts(0)
            .maxEventAge(Durations.of(LONGEST_AGE))
            .build());
    CfnSchedule tick =
        CfnSchedule.Builder.create(this, "Tick")
            .description("Sluice: starts the daemon")
            .groupName(group.getRef())
            .scheduleExpression(rate(every))
            .flexibleTimeWindow(
                CfnSchedule.FlexibleTimeWindowProperty.builder().mode("OFF").build())
            .target(
                CfnSchedule.TargetProperty.builder()
                    .arn(daemon.getFunctionArn())
                    .roleArn(role.getRoleArn())
                    .retryPolicy(
                        CfnSchedule.RetryPolicyProperty.builder()
                            .maximumRetryAttempts(0)
                            .maximumEventAgeInSeconds(LONGEST_AGE.toSeconds())
                            .build())
                    .build())
            .build();
    tick.getNode().addDependency(role);
    return tick;
  }

  private static String rate(Duration every) {
    long minutes = every.toMinutes();
    return minutes == 1 ? "rate(1 minute)" : "rate(" + minutes + " minutes)";
  }
}
