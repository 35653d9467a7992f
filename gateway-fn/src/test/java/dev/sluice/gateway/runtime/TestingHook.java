package dev.sluice.gateway.runtime;

import io.micronaut.context.annotation.Requires;
import io.micronaut.context.annotation.Value;
import io.micronaut.crac.OrderedResource;
import jakarta.inject.Singleton;
import org.crac.Context;
import org.crac.Resource;

/// A hook that fails where the settings say so. A bean where they say anything.
@Singleton
@Requires(property = "sluice.testing.hook-fails")
final class TestingHook implements OrderedResource {

  private final String where;

  TestingHook(@Value("${sluice.testing.hook-fails}") String where) {
    this.where = where;
  }

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    failIf("before");
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    failIf("after");
  }

  private void failIf(String here) {
    if (here.equals(where)) {
      throw new IllegalStateException("told to fail " + here);
    }
  }
}
