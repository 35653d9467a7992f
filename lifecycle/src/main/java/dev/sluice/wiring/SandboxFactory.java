package dev.sluice.wiring;

import dev.sluice.sandbox.HeldConnections;
import dev.sluice.sandbox.Remembered;
import dev.sluice.sandbox.SandboxLife;
import io.micronaut.context.BeanContext;
import io.micronaut.context.BeanRegistration;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.util.List;

/// What the handlers tell about the sandbox, and who must hear it.
@Factory
final class SandboxFactory {

  /// Only beans that were made can hold anything, so none is made for this.
  ///
  /// @param keepConnections `sluice.keep-connections`: true for a process that is never frozen and
  ///   serves many calls at once, never on Lambda
  @Singleton
  SandboxLife sandboxLife(
      BeanContext context, @Value("${sluice.keep-connections:false}") boolean keepConnections) {
    return new SandboxLife(
        () -> made(context, HeldConnections.class),
        () -> made(context, Remembered.class),
        keepConnections);
  }

  private static <T> List<T> made(BeanContext context, Class<T> type) {
    return context.getActiveBeanRegistrations(type).stream().map(BeanRegistration::bean).toList();
  }
}
