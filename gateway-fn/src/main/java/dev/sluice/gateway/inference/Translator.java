package dev.sluice.gateway.inference;

import dev.sluice.translate.ClientCall;
import dev.sluice.translate.Translation;
import dev.sluice.upstream.Model;

/// Finds how a call is put to a model server. Safe for use by several threads.
@FunctionalInterface
interface Translator {

  /// @throws dev.sluice.translate.UntranslatableException when this server's protocol cannot
  ///   express what is asked
  Translation of(ClientCall call, Model.Target target);
}
