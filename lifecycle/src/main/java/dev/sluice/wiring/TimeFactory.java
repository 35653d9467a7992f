package dev.sluice.wiring;

import dev.sluice.request.Pause;
import dev.sluice.sandbox.SandboxLife;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Primary;
import io.micronaut.context.annotation.Secondary;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.InstantSource;

/// Clocks, waiting and randomness, so that nothing else reaches for them.
@Factory
final class TimeFactory {

  /// For display and order only; the database's clock decides. The HTTP framework brings another.
  @Singleton
  @Primary
  InstantSource instantSource() {
    return InstantSource.system();
  }

  /// Whoever rests for long holds no connection meanwhile that others may want.
  @Singleton
  Pause pause(SandboxLife life) {
    Pause thread = Pause.ofThread();
    return duration -> {
      life.beforeWait(duration);
      thread.rest(duration);
    };
  }

  /// Takes fresh bytes from the operating system at each use; what it has read ahead is used up
  /// after a snapshot (see [RestoredRandom]).
  @Singleton
  @Secondary
  SecureRandom secureRandom() {
    return new SecureRandom();
  }
}
