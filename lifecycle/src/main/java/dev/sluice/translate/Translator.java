package dev.sluice.translate;

import dev.sluice.upstream.Model;

/// Finds how a call is put to a model server. Safe for use by several threads.
@FunctionalInterface
public interface Translator {

  /// @throws UntranslatableException when this server's protocol cannot express what is asked
  Translation of(ClientCall call, Model.Target target);

  /// Whose summaries of compacted conversations are sealed for the account of the call.
  static Translator sealing(SealedSummary summaries) {
    return (call, target) ->
        Translations.of(
            call, target, summary -> summaries.seal(call.request().accountId(), summary));
  }
}
