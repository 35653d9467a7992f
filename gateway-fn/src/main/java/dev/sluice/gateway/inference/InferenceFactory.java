package dev.sluice.gateway.inference;

import dev.sluice.gateway.read.ConversationReader;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;

/// The beans of the inference path that are not classes of it.
@Factory
final class InferenceFactory {

  @Singleton
  History history(ConversationReader conversations) {
    return conversations::history;
  }
}
