package dev.sluice.upstream;

/// Calls model servers. Safe for use by several threads.
public interface UpstreamClient {

  /// Begins a call and returns at once, before a connection stands; what becomes of it is asked of
  /// the call. Never throws for anything that the network does. A repeat is a second call, which
  /// the upstream may charge for.
  UpstreamCall begin(UpstreamRequest request);
}
