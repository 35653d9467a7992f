package dev.sluice.infra;

import dev.sluice.infra.DeployedFunction.Plan;
import dev.sluice.infra.Permissions.OneTimeSchedules;
import java.util.Optional;

/// What each function is made of.
final class Plans {

  private final Sizes sizes;
  private final Artifacts artifacts;
  private final Permissions permissions;
  private final Environments environments;

  Plans(DeploymentContext context, Permissions permissions, Environments environments) {
    this.sizes = context.sizes();
    this.artifacts = context.artifacts();
    this.permissions = permissions;
    this.environments = environments;
  }

  Plan inference() {
    return new Plan(
        "inference",
        "dev.sluice.gateway.inference.InferenceFunction",
        artifacts.gateway(),
        sizes.inference(),
        environments.inference(),
        permissions.inference());
  }

  Plan api() {
    return new Plan(
        "api",
        "dev.sluice.gateway.api.ApiFunction",
        artifacts.gateway(),
        sizes.api(),
        environments.api(),
        permissions.api());
  }

  Plan completion() {
    return new Plan(
        "completion",
        "dev.sluice.completion.fn.CompletionHandler",
        artifacts.completion(),
        sizes.completion(),
        environments.completion(),
        permissions.completion());
  }

  /// @param schedules where the daemon makes one-time schedules; empty where it does not
  Plan daemon(Optional<OneTimeSchedules> schedules) {
    return new Plan(
        "daemon",
        "dev.sluice.daemon.DaemonHandler",
        artifacts.daemon(),
        sizes.daemon(),
        environments.daemon(schedules),
        permissions.daemon(schedules));
  }

  Plan migration() {
    return new Plan(
        "migration",
        "dev.sluice.migrations.MigrationHandler",
        artifacts.migrations(),
        sizes.migration(),
        environments.migration(),
        permissions.migration());
  }
}
