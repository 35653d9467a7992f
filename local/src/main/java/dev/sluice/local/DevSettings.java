package dev.sluice.local;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the person who starts the dev stack may choose.
///
/// @param port of the API, 0 for any free one
/// @param dataDirectory where everything lives that survives a restart
/// @param modelsFile models and upstreams; null for the packaged demo file
/// @param databaseUrl a JDBC URL of a server to use instead of the embedded one; null for that
/// @param sqsEndpoint an SQS server to use instead of the embedded one; null for that
/// @param aws a server for large bodies and secrets instead of the data directory, and for queues
///   unless `sqsEndpoint` names another; null for none
/// @param times how fast the stand-ins for AWS go
/// @param functionProperties settings of the functions beyond those that the stack makes; they win
/// @param fork how functions run in processes of their own; null runs them all in this one
public record DevSettings(
    int port,
    Path dataDirectory,
    @Nullable Path modelsFile,
    @Nullable String databaseUrl,
    @Nullable String sqsEndpoint,
    @Nullable AwsServer aws,
    EmulatorTimes times,
    Map<String, String> functionProperties,
    @Nullable ForkSettings fork) {

  public DevSettings {
    functionProperties = Map.copyOf(functionProperties);
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("SLUICE_PORT must be 0 to 65535, not " + port);
    }
    dataDirectory = dataDirectory.toAbsolutePath().normalize();
  }

  /// Settings for tests: any port, an own directory, short times, ticks by hand.
  public static DevSettings forTests(Path dataDirectory) {
    return new DevSettings(
        0, dataDirectory, null, null, null, null, EmulatorTimes.TEST, Map.of(), null);
  }

  DevSettings withModels(Path file) {
    return new DevSettings(
        port, dataDirectory, file, databaseUrl, sqsEndpoint, aws, times, functionProperties, fork);
  }

  DevSettings withDatabase(String url) {
    return new DevSettings(
        port, dataDirectory, modelsFile, url, sqsEndpoint, aws, times, functionProperties, fork);
  }

  DevSettings withSqs(String endpoint) {
    return new DevSettings(
        port,
        dataDirectory,
        modelsFile,
        databaseUrl,
        endpoint,
        aws,
        times,
        functionProperties,
        fork);
  }

  DevSettings withAws(AwsServer server) {
    return new DevSettings(
        port,
        dataDirectory,
        modelsFile,
        databaseUrl,
        sqsEndpoint,
        server,
        times,
        functionProperties,
        fork);
  }

  DevSettings withTimes(EmulatorTimes others) {
    return new DevSettings(
        port,
        dataDirectory,
        modelsFile,
        databaseUrl,
        sqsEndpoint,
        aws,
        others,
        functionProperties,
        fork);
  }

  DevSettings withFunctionProperties(Map<String, String> properties) {
    return new DevSettings(
        port, dataDirectory, modelsFile, databaseUrl, sqsEndpoint, aws, times, properties, fork);
  }

  /// The same with functions in processes of their own.
  DevSettings forked(int maxSandboxes) {
    return forked(new ForkSettings(maxSandboxes, Map.of()));
  }

  DevSettings forked(ForkSettings processes) {
    return new DevSettings(
        port,
        dataDirectory,
        modelsFile,
        databaseUrl,
        sqsEndpoint,
        aws,
        times,
        functionProperties,
        processes);
  }

  /// Reads `SLUICE_PORT`, `SLUICE_DATA_DIR`, `SLUICE_CONFIG`, `SLUICE_DATABASE_URL`,
  /// `SLUICE_SQS_ENDPOINT`, `SLUICE_AWS_ENDPOINT`, `SLUICE_FORK` and `SLUICE_FORK_MAX`.
  ///
  /// @param directory where relative paths start
  /// @throws IllegalArgumentException with a sentence for the person who set a wrong value
  static DevSettings ofEnvironment(Map<String, String> environment, Path directory) {
    return new DevSettings(
        port(environment),
        directory.resolve(value(environment, "SLUICE_DATA_DIR").orElse(".sluice")),
        value(environment, "SLUICE_CONFIG").map(directory::resolve).orElse(null),
        value(environment, "SLUICE_DATABASE_URL").map(DevSettings::jdbcUrl).orElse(null),
        value(environment, "SLUICE_SQS_ENDPOINT").orElse(null),
        value(environment, "SLUICE_AWS_ENDPOINT").map(DevSettings::awsServer).orElse(null),
        EmulatorTimes.DEV,
        Map.of(),
        ForkSettings.ofEnvironment(environment).orElse(null));
  }

  private static int port(Map<String, String> environment) {
    String text = value(environment, "SLUICE_PORT").orElse("8080");
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException("SLUICE_PORT must be a number, not '" + text + "'");
    }
  }

  private static AwsServer awsServer(String endpoint) {
    try {
      return new AwsServer(new URI(endpoint), AwsServer.PREFIX);
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "SLUICE_AWS_ENDPOINT must look like http://host:port, not " + endpoint, e);
    }
  }

  private static String jdbcUrl(String url) {
    if (!url.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException(
          "SLUICE_DATABASE_URL must look like jdbc:postgresql://host/name?user=…&password=…");
    }
    return url;
  }

  private static Optional<String> value(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
  }
}
