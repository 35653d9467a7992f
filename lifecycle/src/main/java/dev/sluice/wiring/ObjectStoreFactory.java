package dev.sluice.wiring;

import dev.sluice.aws.DirectoryObjectStore;
import dev.sluice.aws.S3ObjectStore;
import dev.sluice.completion.ObjectStore;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.nio.file.Path;

/// Where large bodies and spilled records lie: a bucket on AWS, a directory elsewhere.
@Factory
final class ObjectStoreFactory {

  @Singleton
  @Requires(property = "sluice.objects.directory")
  ObjectStore directory(@Property(name = "sluice.objects.directory") String directory) {
    return new DirectoryObjectStore(Path.of(directory));
  }

  @Singleton
  @Bean(preDestroy = "close")
  @Requires(property = "sluice.objects.bucket")
  @Requires(missingProperty = "sluice.objects.directory")
  S3ObjectStore bucket(@Property(name = "sluice.objects.bucket") String bucket) {
    return S3ObjectStore.ofBucket(bucket);
  }
}
