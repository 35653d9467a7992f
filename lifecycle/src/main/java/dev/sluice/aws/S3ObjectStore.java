package dev.sluice.aws;

import dev.sluice.completion.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/// Objects in one S3 bucket.
public final class S3ObjectStore implements ObjectStore, AutoCloseable {

  /// Of one call, its repeats included. Callers have a client waiting, and less time than the SDK's
  /// own limits would take.
  private static final Duration LONGEST_CALL = Duration.ofSeconds(3);

  /// Amazon S3 API reference, "ListObjectsV2": more are never listed at once.
  private static final int LARGEST_PAGE = 1_000;

  private final S3Client client;
  private final String bucket;

  public S3ObjectStore(S3Client client, String bucket) {
    this.client = client;
    this.bucket = bucket;
  }

  /// The bucket of this name, with a client of its own.
  ///
  /// @param endpoint a server other than AWS, on which buckets are paths and not hosts; null on AWS
  public static S3ObjectStore connect(String bucket, @Nullable URI endpoint) {
    return new S3ObjectStore(
        OtherServer.orAws(S3Client.builder(), endpoint)
            .forcePathStyle(endpoint != null)
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(Duration.ofSeconds(1))
                    .socketTimeout(LONGEST_CALL))
            .build(),
        bucket);
  }

  @Override
  public void put(String name, byte[] bytes) {
    var _ =
        asking(
            "keep " + name,
            () ->
                client.putObject(
                    request ->
                        request
                            .bucket(bucket)
                            .key(name)
                            .overrideConfiguration(S3ObjectStore::inTime),
                    RequestBody.fromBytes(bytes)));
  }

  @Override
  public Optional<byte[]> get(String name) {
    return asking(
        "read " + name,
        () -> {
          try {
            return Optional.of(
                client
                    .getObjectAsBytes(request ->
                        request
                            .bucket(bucket)
                            .key(name)
                            .overrideConfiguration(S3ObjectStore::inTime))
                    .asByteArray());
          } catch (NoSuchKeyException _) {
            return Optional.empty();
          }
        });
  }

  @Override
  public List<String> list(String prefix, String after, int limit) {
    return asking(
        "list " + prefix,
        () ->
            client
                .listObjectsV2Paginator(request ->
                    request
                        .bucket(bucket)
                        .prefix(prefix)
                        .startAfter(after.isEmpty() ? null : after)
                        .maxKeys(Math.min(limit, LARGEST_PAGE))
                        .overrideConfiguration(S3ObjectStore::inTime))
                .contents()
                .stream()
                .limit(limit)
                .map(S3Object::key)
                .toList());
  }

  @Override
  public void delete(String name) {
    var _ =
        asking(
            "delete " + name,
            () ->
                client.deleteObject(request ->
                    request.bucket(bucket).key(name).overrideConfiguration(S3ObjectStore::inTime)));
  }

  private static void inTime(AwsRequestOverrideConfiguration.Builder limits) {
    var _ = limits.apiCallTimeout(LONGEST_CALL);
  }

  private static <T> T asking(String what, Supplier<T> call) {
    try {
      return call.get();
    } catch (SdkException e) {
      throw new UncheckedIOException("The object store did not " + what, new IOException(e));
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
