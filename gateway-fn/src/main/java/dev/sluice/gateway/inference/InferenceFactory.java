package dev.sluice.gateway.inference;

import dev.sluice.gateway.errors.ErrorCode;
import dev.sluice.gateway.errors.GatewayException;
import dev.sluice.translate.ChatOverChat;
import dev.sluice.translate.ClientCall;
import dev.sluice.translate.EmbeddingsOverAny;
import dev.sluice.translate.Translation;
import dev.sluice.translate.UntranslatableException;
import dev.sluice.upstream.CredentialSource;
import dev.sluice.upstream.JdkUpstreamClient;
import dev.sluice.upstream.Model;
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
  Translator translator() {
    return InferenceFactory::translation;
  }

  @Singleton
  History history() {
    return (_, _, _) -> {
      throw GatewayException.of(
          ErrorCode.NOT_SUPPORTED,
          "Responses cannot be continued yet; send the turns before as 'input'.",
          "previous_response_id");
    };
  }

  static Translation translation(ClientCall call, Model.Target target) {
    return switch (call.request().endpoint()) {
      case CHAT_COMPLETIONS -> new ChatOverChat(call, target);
      case EMBEDDINGS -> new EmbeddingsOverAny(call, target);
      case RESPONSES, COMPACTIONS ->
          throw new UntranslatableException(
              "model", "The model '" + call.request().model() + "' gives no responses yet.");
    };
  }
}
