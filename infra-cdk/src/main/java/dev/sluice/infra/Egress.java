package dev.sluice.infra;

/// How functions in private subnets reach model servers.
public enum Egress {
  /// A small instance that translates addresses: cheap, and down while it is replaced.
  NAT_INSTANCE("nat-instance"),
  /// An egress-only gateway: free, and reaches only servers that have IPv6.
  IPV6("ipv6"),
  /// A managed gateway in each zone.
  NAT_GATEWAY("nat-gateway");

  private final String text;

  Egress(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }
}
