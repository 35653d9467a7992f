package dev.sluice.local;

import dev.sluice.emulators.SqsQueues;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;

/// SQS, S3 and Secrets Manager of one LocalStack for all stacks of this run: the one that
/// `SLUICE_SQS_ENDPOINT` names, or a container that ends with this process. The databases are
/// embedded, or on the server that `SLUICE_DATABASE_URL` names.
final class LocalStackServices implements BackingServices {

  /// The last release that asks for no account.
  private static final String IMAGE = "localstack/localstack:4.14.0";

  private @Nullable URI endpoint;

  @Override
  public DevSettings giveStores(DevSettings settings) {
    return settings.withAws(new AwsServer(endpoint(), "sluice-" + name(settings) + "-"));
  }

  @Override
  public DevSettings giveDatabase(DevSettings settings) {
    Optional<String> server = variable("SLUICE_DATABASE_URL");
    if (server.isEmpty() || settings.databaseUrl() != null) {
      return new Embedded().giveDatabase(settings);
    }
    return settings.withDatabase(NamedDatabase.make(server.get(), "sluice_" + name(settings)));
  }

  /// Of a stack, from its directory.
  private static String name(DevSettings settings) {
    String directory = settings.dataDirectory().toString();
    return UUID.nameUUIDFromBytes(directory.getBytes(StandardCharsets.UTF_8))
        .toString()
        .replace("-", "");
  }

  @Override
  public Optional<URI> queueServer() {
    return Optional.of(endpoint());
  }

  private synchronized URI endpoint() {
    if (endpoint == null) {
      endpoint =
          variable("SLUICE_SQS_ENDPOINT")
              .map(named -> answering(URI.create(named)))
              .orElseGet(LocalStackServices::container);
    }
    return endpoint;
  }

  private static URI answering(URI named) {
    try (SqsClient client = SqsQueues.client(named)) {
      var _ = client.listQueues();
      return named;
    } catch (SdkException e) {
      throw new IllegalStateException(
          "SLUICE_SQS_ENDPOINT is " + named + ", where no SQS answers", e);
    }
  }

  private static URI container() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      throw new IllegalStateException(
          "The profile localstack needs Docker, or a LocalStack that runs already and whose address"
              + " is in SLUICE_SQS_ENDPOINT; there is neither");
    }
    DockerImageName image =
        DockerImageName.parse(variable("SLUICE_LOCALSTACK_IMAGE").orElse(IMAGE))
            .asCompatibleSubstituteFor("localstack/localstack");
    LocalStackContainer container =
        new LocalStackContainer(image).withServices("sqs", "s3", "secretsmanager");
    container.start();
    return container.getEndpoint();
  }

  private static Optional<String> variable(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(text -> !text.isBlank());
  }
}
