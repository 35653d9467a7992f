package dev.sluice.wiring;

import dev.sluice.aws.DirectoryObjectStore;
import dev.sluice.aws.S3ObjectStore;
import dev.sluice.completion.ObjectStore;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where large bodies and spilled records lie: a bucket on AWS, a directory elsewhere.
@Factory
final class ObjectStoreFactory {

  @Singleton
  @Requires(property = "sluice.objects.directory")
  ObjectStore directory(@Property(name = "sluice.objects.directory") String directory) {
    return new DirectoryObjectStore(Path.of(directory));
  }

  /// @param endpoint a server other than AWS, null on AWS
  @Singleton
  @Bean(preDestroy = "close")
  @Requires(property = "sluice.objects.bucket")
  @Requires(missingProperty = "sluice.objects.directory")
  S3ObjectStore bucket(
      @Property(name = "sluice.objects.bucket") String bucket,
      @Property(name = "sluice.objects.endpoint") @Nullable URI endpoint) {
    return S3ObjectStore.connect(bucket, endpoint);
  }
}
