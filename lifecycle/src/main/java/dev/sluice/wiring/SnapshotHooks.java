package dev.sluice.wiring;

import dev.sluice.sandbox.SandboxLife;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.crac.OrderedResource;
import io.micronaut.crac.resources.DataSourceResource;
import jakarta.inject.Singleton;
import org.crac.Context;
import org.crac.Resource;

/// What goes before a SnapStart snapshot, in all functions: connections and secrets.
///
/// Stands in for the framework's own handling of pools, which suspends them: ours hold nothing
/// after a release, and a pool that can be suspended costs a lock at each use.
@Singleton
@Replaces(DataSourceResource.class)
final class SnapshotHooks implements OrderedResource {

  private final SandboxLife life;

  SnapshotHooks(SandboxLife life) {
    this.life = life;
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    life.beforeSnapshot();
  }

  /// Everything is made when it is used.
  @Override
  public void afterRestore(Context<? extends Resource> context) {}
}
