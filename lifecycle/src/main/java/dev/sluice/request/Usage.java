package dev.sluice.request;

/// Tokens of one answer, as the upstream counted them.
public record Usage(long inputTokens, long outputTokens, long cachedTokens, long reasoningTokens) {

  public static final Usage NONE = new Usage(0, 0, 0, 0);

  public Usage {
    if (inputTokens < 0 || outputTokens < 0 || cachedTokens < 0 || reasoningTokens < 0) {
      throw new IllegalArgumentException("Token counts are never negative");
    }
  }

  public long totalTokens() {
    return inputTokens + outputTokens;
  }
}
