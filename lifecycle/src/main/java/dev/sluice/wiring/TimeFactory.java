package dev.sluice.wiring;

import dev.sluice.request.Pause;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Primary;
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

  @Singleton
  Pause pause() {
    return Pause.ofThread();
  }

  /// Holds no seed of its own until its first use, so a snapshot taken before shares none.
  @Singleton
  SecureRandom secureRandom() {
    return new SecureRandom();
  }
}
