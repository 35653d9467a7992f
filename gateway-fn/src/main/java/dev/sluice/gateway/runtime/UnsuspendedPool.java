package dev.sluice.gateway.runtime;

import io.micronaut.context.annotation.Replaces;
import io.micronaut.crac.OrderedResource;
import io.micronaut.crac.resources.DataSourceResource;
import jakarta.inject.Singleton;
import org.crac.Context;
import org.crac.Resource;

/// Stands in for the framework's handling of pools before a snapshot, which suspends them and
/// refuses to start with one that cannot be. Ours opens no connection before its first use.
@Singleton
@Replaces(DataSourceResource.class)
final class UnsuspendedPool implements OrderedResource {

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {}

  @Override
  public void afterRestore(Context<? extends Resource> context) {}
}
