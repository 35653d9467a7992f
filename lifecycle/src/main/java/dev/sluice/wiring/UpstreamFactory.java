package dev.sluice.wiring;

import dev.sluice.call.ModelInput;
import dev.sluice.call.QueuedCallsFactory;
import dev.sluice.call.Upstreams;
import dev.sluice.request.RequestStore;
import dev.sluice.telemetry.Metrics;
import dev.sluice.translate.SealedSummary;
import dev.sluice.translate.Translator;
import dev.sluice.upstream.CredentialSource;
import dev.sluice.upstream.SocketUpstreamClient;
import dev.sluice.upstream.UpstreamClient;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;

/// What upstream calls are made with, by the gateway and the daemon alike.
@Factory
final class UpstreamFactory {

  @Singleton
  @Bean(preDestroy = "close")
  SocketUpstreamClient upstreamClient(CredentialSource credentials, UpstreamSettings settings) {
    return new SocketUpstreamClient(credentials, settings.maxResponseBytes());
  }

  @Singleton
  Upstreams upstreams(UpstreamClient client, UpstreamSettings settings) {
    return new Upstreams(client, settings.maxEventBytes());
  }

  @Singleton
  Translator translator(SealedSummary summaries) {
    return Translator.sealing(summaries);
  }

  @Singleton
  ModelInput modelInput(SealedSummary summaries) {
    return new ModelInput(summaries);
  }

  @Singleton
  QueuedCallsFactory queuedCalls(
      RequestStore requests,
      ModelInput input,
      Translator translator,
      Upstreams upstreams,
      Metrics metrics) {
    return QueuedCallsFactory.of(requests::chain, input, translator, upstreams, metrics);
  }
}
