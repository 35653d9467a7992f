package dev.sluice.gateway.inference;

import java.util.List;
import java.util.Set;

/// The rules of an embeddings body, by OpenAI's reference of `POST /v1/embeddings`.
final class EmbeddingsRules {

  private static final int MAX_ITEMS = 2_048;
  private static final Set<String> ENCODINGS = Set.of("float", "base64");

  private EmbeddingsRules() {}

  static ValidRequest.Embeddings check(Field body, ValidRequest.Common common) {
    checkInput(body.member("input").required());
    body.member("dimensions").checkInteger(1, Integer.MAX_VALUE);
    body.member("encoding_format").checkOneOf(ENCODINGS);
    return new ValidRequest.Embeddings(common);
  }

  /// A text, texts, one list of tokens, or lists of tokens; never a mixture.
  private static void checkInput(Field input) {
    if (input.isText()) {
      var _ = input.nonEmptyText();
      return;
    }
    if (!input.isArray()) {
      throw input.invalid("must be a string, an array of strings, or an array of tokens");
    }
    List<Field> items = input.items(1, MAX_ITEMS);
    Field first = items.getFirst();
    if (first.isText()) {
      items.forEach(Field::nonEmptyText);
    } else if (first.isNumber()) {
      items.forEach(EmbeddingsRules::checkToken);
    } else if (first.isArray()) {
      items.forEach(list -> list.items(1, Integer.MAX_VALUE).forEach(EmbeddingsRules::checkToken));
    } else {
      throw first.invalid("must be a string, a token, or an array of tokens");
    }
  }

  private static void checkToken(Field token) {
    if (!token.isNumber()) {
      throw token.invalid("must be a token, which is a whole number");
    }
    token.checkInteger(0, Integer.MAX_VALUE);
  }
}
