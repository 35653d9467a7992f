package dev.sluice.local;

import java.net.URI;
import java.util.regex.Pattern;

/// A server that speaks for AWS (SQS, S3 and Secrets Manager), and how the things of one stack are
/// called there.
///
/// @param endpoint of all three services
/// @param prefix of the names of the stack's queues, bucket and secrets
record AwsServer(URI endpoint, String prefix) {

  /// What the dev stack's names begin with.
  static final String PREFIX = "sluice-";

  /// Amazon S3 user guide, "General purpose bucket naming rules": the narrowest of the three.
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,50}");

  AwsServer {
    if (endpoint.getHost() == null) {
      throw new IllegalArgumentException(
          "A server that speaks for AWS must be like http://host:port, not " + endpoint);
    }
    if (!NAME.matcher(prefix).matches()) {
      throw new IllegalArgumentException("Not the beginning of a bucket's name: " + prefix);
    }
  }

  String bucket() {
    return prefix + "objects";
  }

  String secret(String name) {
    return prefix + name;
  }
}
