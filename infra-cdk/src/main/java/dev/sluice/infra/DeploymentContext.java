package dev.sluice.infra;

import dev.sluice.infra.Sizes.DatabaseSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awscdk.StackProps;

/// Everything that somebody decided about a deployment, read and checked at once.
///
/// @param profile what it is for
/// @param egress how model servers are reached
/// @param database which PostgreSQL
/// @param models the models file, which is there
/// @param artifacts where the functions' packages lie; whether they do is seen when they are used
/// @param alarmEmail who is told of alarms
/// @param sizes those of the profile, with what was changed
public record DeploymentContext(
    Profile profile,
    Egress egress,
    DatabaseKind database,
    Path models,
    Artifacts artifacts,
    Optional<String> alarmEmail,
    Sizes sizes) {

  /// @param values all context values, others than ours included
  /// @param repository what relative paths are relative to
  /// @throws IllegalArgumentException naming the key, for a value or a key of ours that is not
  ///   known
  public static DeploymentContext of(Map<String, ?> values, Path repository) {
    values.keySet().forEach(DeploymentContext::requireKnown);
    Values given = new Values(values);
    Profile profile =
        given.oneOf(Setting.PROFILE, Profile.values(), Profile::text).orElse(Profile.DEV);
    return new DeploymentContext(
        profile,
        given.oneOf(Setting.EGRESS, Egress.values(), Egress::text).orElse(egress(profile)),
        given
            .oneOf(Setting.DATABASE, DatabaseKind.values(), DatabaseKind::text)
            .orElse(DatabaseKind.AURORA_SERVERLESS),
        models(repository.resolve(given.text(Setting.MODELS).orElse("infra-cdk/models.yaml"))),
        new Artifacts(repository.resolve(given.text(Setting.ARTIFACTS).orElse(""))),
        given.matching(Setting.ALARM_EMAIL, "[^@\\s]+@[^@\\s]+", "an e-mail address"),
        sizes(Sizes.of(profile), given));
  }

  /// The name of a resource, so that both profiles fit into one account: `sluice-<profile>-<name>`.
  public String name(String name) {
    return "sluice-" + profile.text() + "-" + name;
  }

  /// What each stack is made with. Those of the profile `prod` refuse to be deleted, so that a
  /// command given by mistake ends at the first of them, with nothing gone.
  StackProps stack(String content) {
    return StackProps.builder()
        .description("Sluice: " + content)
        .terminationProtection(profile == Profile.PROD)
        .build();
  }

  /// Keys of the kit and its libraries have a colon, a slash or an at sign; a key that looks like
  /// ours and is none is a slip of the pen.
  private static void requireKnown(String key) {
    boolean ofTheTool = !key.matches("[a-z]+(-[a-z]+)*") || key.equals("cli-telemetry");
    if (!ofTheTool && Setting.of(key).isEmpty()) {
      throw new IllegalArgumentException(
          "There is no context value '%s'; there are %s"
              .formatted(
                  key,
                  Arrays.stream(Setting.values())
                      .map(Setting::key)
                      .collect(Collectors.joining(", "))));
    }
  }

  private static Egress egress(Profile profile) {
    return switch (profile) {
      case DEV -> Egress.NAT_INSTANCE;
      case PROD -> Egress.NAT_GATEWAY;
    };
  }

  private static Path models(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "The context value 'models' names no file: "
              + file
              + "; see 'The models file', README.md");
    }
    DeployableModels.check(file);
    return file;
  }

  private static Sizes sizes(Sizes usual, Values given) {
    DatabaseSize database = usual.database();
    int gatewayMemory =
        given.number(Setting.GATEWAY_MEMORY).orElse(usual.inference().memoryMegabytes());
    return new Sizes(
        usual.inference().withMemory(gatewayMemory),
        usual.api().withMemory(gatewayMemory),
        usual.completion(),
        usual
            .daemon()
            .withMemory(
                given.number(Setting.DAEMON_MEMORY).orElse(usual.daemon().memoryMegabytes())),
        usual.migration(),
        usual.completions(),
        usual.wakes(),
        new DatabaseSize(
            given.decimal(Setting.MIN_ACU).orElse(database.minCapacity()),
            given.decimal(Setting.MAX_ACU).orElse(database.maxCapacity()),
            database.pauseAfter(),
            database.instances(),
            given
                .matching(Setting.INSTANCE_CLASS, "[a-z0-9]+\\.[a-z0-9]+", "like t4g.micro")
                .orElse(database.instanceClass()),
            database.storageGigabytes(),
            database.backupDays(),
            given.number(Setting.MAX_CONNECTIONS).orElse(database.maxConnections()),
            given.number(Setting.GATEWAY_CONNECTIONS).orElse(database.gatewayConnections())),
        usual.tick(),
        usual.zones(),
        usual.natGateways(),
        given.number(Setting.LOG_RETENTION_DAYS).orElse(usual.logRetentionDays()));
  }

  /// The given values: texts from a command line, also numbers from a file.
  private record Values(Map<String, ?> all) {

    Optional<String> text(Setting setting) {
      return Optional.ofNullable(all.get(setting.key())).map(Object::toString);
    }

    Optional<String> matching(Setting setting, String pattern, String wanted) {
      Optional<String> text = text(setting);
      if (text.isPresent() && !text.get().matches(pattern)) {
        throw refused(setting, text.get(), wanted);
      }
      return text;
    }

    Optional<Integer> number(Setting setting) {
      return matching(setting, "[1-9][0-9]{0,6}", "a whole number above zero")
          .map(Integer::valueOf);
    }

    Optional<Double> decimal(Setting setting) {
      return matching(setting, "[0-9]{1,3}(\\.[0-9])?", "a number like 0.5").map(Double::valueOf);
    }

    <T> Optional<T> oneOf(Setting setting, T[] choices, Function<T, String> text) {
      Optional<String> given = text(setting);
      if (given.isEmpty()) {
        return Optional.empty();
      }
      Optional<T> chosen =
          Arrays.stream(choices).filter(each -> text.apply(each).equals(given.get())).findFirst();
      if (chosen.isEmpty()) {
        throw refused(
            setting,
            given.get(),
            Arrays.stream(choices).map(text).collect(Collectors.joining(" or ")));
      }
      return chosen;
    }

    private static IllegalArgumentException refused(Setting setting, String value, String wanted) {
      return new IllegalArgumentException(
          "The context value '%s' is %s, not '%s'".formatted(setting.key(), wanted, value));
    }
  }
}
