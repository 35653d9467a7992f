package dev.sluice.migrations;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextBuilder;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Lambda function that brings the database to the newest schema, invoked once per deployment,
/// as a custom resource of CloudFormation through the provider framework of the CDK.
///
/// Starting the function changes nothing: only an invocation migrates. Two invocations at once are
/// safe, one waits for the other; so is a repeat, which changes nothing. A database that is paused
/// is waited for, and so is a secret that cannot be read yet. Settings are those of
/// [MigrationConfiguration].
///
/// `Create` and `Update` of the resource migrate and answer `{"PhysicalResourceId": …, "Data":
/// {"schema_version": "<version>"}}`; `Delete` touches nothing. An event without a `RequestType` is
/// an invocation by hand: it migrates and answers `{"schema_version": "<version>"}`.
public final class MigrationHandler
    implements RequestHandler<Map<String, Object>, Map<String, Object>>, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MigrationHandler.class);

  /// It never changes: CloudFormation would take another one for another resource and delete this.
  private static final String RESOURCE_ID = "sluice-schema";

  private static final String BY_HAND = "";

  /// Kept of the function's time for the migrations themselves.
  private static final Duration FOR_MIGRATIONS = Duration.ofSeconds(60);

  /// Nobody waits longer for a database, however much time there is.
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(3);

  /// CloudFormation takes a reason of 4 kB, and the framework adds to it.
  private static final int LONGEST_REASON = 1_000;

  private final ApplicationContext context;

  /// Configured by the environment.
  public MigrationHandler() {
    this(Map.of());
  }

  /// @param properties win over the environment
  public MigrationHandler(Map<String, Object> properties) {
    // Deducing the environment would look for cloud metadata servers at every start.
    this(
        ApplicationContext.builder().deduceEnvironment(false).banner(false).properties(properties));
  }

  MigrationHandler(ApplicationContextBuilder builder) {
    context = builder.start();
    LOG.atInfo()
        .addKeyValue("settings", context.getBean(MigrationConfiguration.class))
        .log("Migration function started");
  }

  /// @throws IllegalStateException when the database is not at the newest schema afterwards, with
  ///   the cause in its message, for the person who deploys; migrations before the one that failed
  ///   stay applied
  @Override
  public Map<String, Object> handleRequest(Map<String, Object> event, Context invocation) {
    return switch (String.valueOf(event.getOrDefault("RequestType", BY_HAND))) {
      case BY_HAND -> Map.of("schema_version", migrate(invocation));
      case "Create", "Update" ->
          Map.of(
              "PhysicalResourceId",
              RESOURCE_ID,
              "Data",
              Map.of("schema_version", migrate(invocation)));
      case "Delete" ->
          Map.of("PhysicalResourceId", event.getOrDefault("PhysicalResourceId", RESOURCE_ID));
      default -> throw new IllegalArgumentException("The event is of an unknown RequestType");
    };
  }

  private String migrate(Context invocation) {
    try {
      String version = context.getBean(Migration.class).run(waitFor(invocation));
      LOG.atInfo().addKeyValue("schema_version", version).log("Schema is at its newest version");
      return version;
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "The database was not brought to its newest schema: " + reason(e), e);
    }
  }

  private static Duration waitFor(Context invocation) {
    Duration time = Duration.ofMillis(invocation.getRemainingTimeInMillis()).minus(FOR_MIGRATIONS);
    return time.compareTo(LONGEST_WAIT) < 0 ? time : LONGEST_WAIT;
  }

  /// The message of the failure and of what caused it, each once.
  private static String reason(Throwable thrown) {
    StringBuilder reason = new StringBuilder();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage()).strip();
      if (reason.indexOf(message) < 0) {
        reason.append(reason.isEmpty() ? "" : "; caused by: ").append(message);
      }
    }
    return reason.length() <= LONGEST_REASON
        ? reason.toString()
        : reason.substring(0, LONGEST_REASON);
  }

  @Override
  public void close() {
    context.close();
  }
}
