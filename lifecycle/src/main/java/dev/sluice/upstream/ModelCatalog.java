package dev.sluice.upstream;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// All models of this deployment, as the models file lists them.
public final class ModelCatalog {

  private final Map<String, Model> models;

  /// @throws IllegalArgumentException when two models share an alias
  public ModelCatalog(List<Model> models) {
    Map<String, Model> byAlias = new LinkedHashMap<>();
    for (Model model : models) {
      if (byAlias.put(model.alias(), model) != null) {
        throw new IllegalArgumentException("Two models are called " + model.alias());
      }
    }
    this.models = Collections.unmodifiableMap(byAlias);
  }

  public Optional<Model> find(String alias) {
    return Optional.ofNullable(models.get(alias));
  }

  /// In the order of the file.
  public Collection<Model> all() {
    return models.values();
  }
}
