package dev.sluice.gateway.inference;

import dev.sluice.gateway.read.ConversationReader;
import dev.sluice.translate.SealedSummary;
import dev.sluice.translate.Translations;
import dev.sluice.upstream.CredentialSource;
import dev.sluice.upstream.JdkUpstreamClient;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;

/// The beans of the inference path that are not classes of it.
@Factory
final class InferenceFactory {

  @Singleton
  @Bean(preDestroy = "close")
  JdkUpstreamClient upstreamClient(CredentialSource credentials, GatewaySettings settings) {
    return new JdkUpstreamClient(credentials, settings.maxResponseBytes());
  }

  @Singleton
  Translator translator(SealedSummary summaries) {
    return (call, target) ->
        Translations.of(
            call, target, summary -> summaries.seal(call.request().accountId(), summary));
  }

  @Singleton
  History history(ConversationReader conversations) {
    return conversations::history;
  }
}
