package dev.sluice.local;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// How the dev stack runs its functions in processes of their own.
///
/// @param maxSandboxes of each function
/// @param environment of the stack itself, of which the functions get only what they ask for
/// @param inferenceTimeout after which a call of the inference function is killed
public record ForkSettings(
    int maxSandboxes, Map<String, String> environment, Duration inferenceTimeout) {

  /// The longest that Lambda allows, as it is deployed.
  private static final Duration LAMBDA_LIMIT = Duration.ofMinutes(15);

  private static final int MOST = 64;

  /// Settings of the stack: what they mean for the functions comes as properties.
  private static final Set<String> OF_THE_STACK =
      Set.of(
          "SLUICE_PORT",
          "SLUICE_DATA_DIR",
          "SLUICE_CONFIG",
          "SLUICE_DATABASE_URL",
          "SLUICE_SQS_ENDPOINT",
          "SLUICE_AWS_ENDPOINT",
          "SLUICE_FORK",
          "SLUICE_FORK_MAX");

  private static final Set<String> AWS =
      Set.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION");

  public ForkSettings {
    environment = Map.copyOf(environment);
    if (maxSandboxes < 1 || maxSandboxes > MOST) {
      throw new IllegalArgumentException(
          "SLUICE_FORK_MAX must be 1 to " + MOST + ", not " + maxSandboxes);
    }
  }

  /// With the time-out that the function is deployed with.
  public ForkSettings(int maxSandboxes, Map<String, String> environment) {
    this(maxSandboxes, environment, LAMBDA_LIMIT);
  }

  /// Reads `SLUICE_FORK` (0 or 1) and `SLUICE_FORK_MAX`; empty when fork mode is off.
  ///
  /// @throws IllegalArgumentException with a sentence for the person who set a wrong value
  static Optional<ForkSettings> ofEnvironment(Map<String, String> environment) {
    String fork = environment.getOrDefault("SLUICE_FORK", "").strip();
    if (!Set.of("", "0", "1").contains(fork)) {
      throw new IllegalArgumentException("SLUICE_FORK must be 0 or 1, not '" + fork + "'");
    }
    ForkSettings settings = new ForkSettings(max(environment), environment);
    return fork.equals("1") ? Optional.of(settings) : Optional.empty();
  }

  private static int max(Map<String, String> environment) {
    String text = environment.getOrDefault("SLUICE_FORK_MAX", "").strip();
    try {
      return text.isEmpty() ? 4 : Integer.parseInt(text);
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException("SLUICE_FORK_MAX must be a number, not '" + text + "'");
    }
  }

  /// The environment of a function: the person's own `SLUICE_…` settings, the credentials of AWS,
  /// the variables named here, and on top the properties of the stack in the names of variables.
  ///
  /// @param named variables that the models file refers to
  Map<String, String> functionEnvironment(Map<String, Object> properties, Set<String> named) {
    Map<String, String> function = new HashMap<>();
    environment.forEach((name, value) -> {
      boolean own = name.startsWith("SLUICE_") && !OF_THE_STACK.contains(name);
      if (own || AWS.contains(name) || named.contains(name)) {
        function.put(name, value);
      }
    });
    properties.forEach((name, value) -> function.put(variable(name), value.toString()));
    return function;
  }

  /// The variable that Micronaut reads a property from.
  private static String variable(String property) {
    return property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  @Override
  public String toString() {
    return "ForkSettings[" + maxSandboxes + "]"; // the environment holds secrets
  }
}
