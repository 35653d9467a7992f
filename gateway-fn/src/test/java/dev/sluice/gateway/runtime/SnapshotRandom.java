package dev.sluice.gateway.runtime;

import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.annotation.Value;
import io.micronaut.crac.OrderedResource;
import jakarta.inject.Singleton;
import java.io.Serial;
import java.security.SecureRandom;
import java.util.Arrays;
import org.crac.Context;
import org.crac.Resource;

/// Randomness as a snapshot has it: the same in every copy until the restore, and fresh after it,
/// or, as a control, never fresh. A bean where the settings say so.
@Singleton
@Replaces(SecureRandom.class)
@Requires(property = "sluice.testing.entropy")
final class SnapshotRandom extends SecureRandom implements OrderedResource {

  @Serial private static final long serialVersionUID = 1L;

  private final boolean isEverFresh;
  private boolean isRestored;
  private byte drawn;

  SnapshotRandom(@Value("${sluice.testing.entropy}") String kind) {
    isEverFresh = kind.equals("fresh");
  }

  @Override
  public void nextBytes(byte[] bytes) {
    if (isRestored && isEverFresh) {
      super.nextBytes(bytes);
    } else {
      drawn++;
      Arrays.fill(bytes, drawn);
    }
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {}

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    isRestored = true;
  }
}
