package dev.sluice.wiring;

import io.micronaut.context.annotation.Replaces;
import io.micronaut.crac.OrderedResource;
import io.micronaut.crac.resources.RefreshEventResource;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import org.crac.Context;
import org.crac.Resource;

/// Uses up, after a snapshot, what the random generator has read ahead from the operating system:
/// those bytes are in every copy. With that, nothing that it gives was there before.
///
/// Stands in for the framework's refresh of beans, of which we have none that is to be made again.
@Singleton
@Replaces(RefreshEventResource.class)
final class RestoredRandom implements OrderedResource {

  /// The most that the JDK's generator reads ahead (`NativePRNG`, `MAX_BUFFER_SIZE`).
  private static final int READ_AHEAD_BYTES = 65_536;

  private final SecureRandom random;

  RestoredRandom(SecureRandom random) {
    this.random = random;
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {}

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    random.nextBytes(new byte[READ_AHEAD_BYTES]);
  }
}
