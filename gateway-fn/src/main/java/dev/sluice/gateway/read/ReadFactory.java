package dev.sluice.gateway.read;

import dev.sluice.request.IdempotencyStore;
import dev.sluice.request.Pause;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseIds;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/// The beans that read stored responses.
@Factory
final class ReadFactory {

  @Singleton
  ResponseLookup responseLookup(
      RequestStore requests, ResponseIds ids, InstantSource clock, Pause pause) {
    return new ResponseLookup(requests, ids, clock, pause);
  }

  @Singleton
  ResponseReader responseReader(RequestStore requests, ResponseLookup lookup) {
    return new ResponseReader(requests, lookup);
  }

  @Singleton
  ReplayReader replayReader(RequestStore requests, ResponseReader reader) {
    return new ReplayReader(requests, reader);
  }

  @Singleton
  ConversationReader conversationReader(RequestStore requests, ResponseLookup lookup) {
    return new ConversationReader(requests, lookup);
  }

  @Singleton
  IdempotencyGuard idempotencyGuard(
      IdempotencyStore keys, RequestStore requests, ResponseLookup lookup, Pause pause) {
    return new IdempotencyGuard(keys, requests, lookup, pause);
  }

  @Singleton
  ContentReader contentReader(RequestStore requests, ResponseLookup lookup) {
    return new ContentReader(requests, lookup);
  }
}
