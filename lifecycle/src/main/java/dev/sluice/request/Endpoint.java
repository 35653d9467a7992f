package dev.sluice.request;

import java.util.Arrays;
import java.util.Optional;

/// What a client asked for. The path is what records and rows carry.
public enum Endpoint {
  CHAT_COMPLETIONS("/v1/chat/completions", "chat"),
  EMBEDDINGS("/v1/embeddings", "embeddings"),
  RESPONSES("/v1/responses", "responses"),
  COMPACTIONS("/v1/responses/compact", "compact");

  private final String path;
  private final String label;

  Endpoint(String path, String label) {
    this.path = path;
    this.label = label;
  }

  /// The public path, also the text in the database and in records.
  public String path() {
    return path;
  }

  /// The word of the models file and of metrics.
  public String label() {
    return label;
  }

  public static Optional<Endpoint> ofPath(String path) {
    return Arrays.stream(values()).filter(endpoint -> endpoint.path.equals(path)).findFirst();
  }

  public static Optional<Endpoint> ofLabel(String label) {
    return Arrays.stream(values()).filter(endpoint -> endpoint.label.equals(label)).findFirst();
  }
}
