package dev.sluice.upstream;

import java.util.List;

/// The models file cannot be used; every mistake is listed with its path.
public final class InvalidModelsFileException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<String> mistakes;

  InvalidModelsFileException(List<String> mistakes) {
    super("The models file has mistakes:\n  " + String.join("\n  ", mistakes));
    this.mistakes = List.copyOf(mistakes);
  }

  public List<String> mistakes() {
    return mistakes;
  }
}
