package dev.sluice.wiring;

import dev.sluice.sandbox.HeldConnections;
import dev.sluice.sandbox.Remembered;
import dev.sluice.sandbox.SandboxLife;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.util.List;

/// What the handlers tell about the sandbox, and who must hear it.
@Factory
final class SandboxFactory {

  /// @param keepConnections `sluice.keep-connections`: true for a process that is never frozen and
  ///   serves many calls at once, never on Lambda
  @Singleton
  SandboxLife sandboxLife(
      List<HeldConnections> held,
      List<Remembered> remembered,
      @Value("${sluice.keep-connections:false}") boolean keepConnections) {
    return new SandboxLife(held, remembered, keepConnections);
  }
}
