package dev.sluice.upstream;

import java.net.URI;

/// Where a connection leads.
///
/// @param host a name, or an address without brackets
record Origin(boolean isEncrypted, String host, int port) {

  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  /// @throws IllegalArgumentException when the address is not one of HTTP
  static Origin of(URI uri) {
    boolean isEncrypted = "https".equals(uri.getScheme());
    boolean isHttp = isEncrypted || "http".equals(uri.getScheme());
    String host = uri.getHost();
    if (host == null || !isHttp) {
      throw new IllegalArgumentException("The address of an upstream is not one of HTTP");
    }
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return new Origin(
        isEncrypted, bare, uri.getPort() == -1 ? usualPort(isEncrypted) : uri.getPort());
  }

  private static int usualPort(boolean isEncrypted) {
    return isEncrypted ? HTTPS_PORT : HTTP_PORT;
  }

  /// As the `host` header tells it.
  String authority() {
    String written = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port == usualPort(isEncrypted) ? written : written + ":" + port;
  }
}
