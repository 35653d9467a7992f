package dev.sluice.infra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a models file must be beyond what every one is, to be of use on AWS: its keys are secrets
/// that the functions may read. Functions check the rest when they start, which would be too late
/// to say this.
final class DeployableModels {

  private static final Pattern VARIABLE = Pattern.compile("\\benv\\s*:\\s*([A-Za-z_]\\w*)");
  private static final Pattern SECRET = Pattern.compile("\\bsecret\\s*:\\s*['\"]?([^\\s'\"}]+)");

  private DeployableModels() {}

  /// @throws IllegalArgumentException naming the key that a function could not read
  static void check(Path file) {
    String text = withoutComments(file);
    Matcher variable = VARIABLE.matcher(text);
    if (variable.find()) {
      throw new IllegalArgumentException(
          "%s takes a key from the variable %s, and functions have no such variable: make it a secret, auth: { secret: %s }"
              .formatted(file, variable.group(1), example()));
    }
    Matcher secret = SECRET.matcher(text);
    while (secret.find()) {
      if (!secret.group(1).matches("(arn:.*:secret:)?" + prefix() + ".+")) {
        throw new IllegalArgumentException(
            "%s takes a key from the secret %s, and functions may read only those below %s: call it %s"
                .formatted(file, secret.group(1), prefix(), example()));
      }
    }
  }

  private static String prefix() {
    return Permissions.UPSTREAM_SECRETS.replace("*", "");
  }

  private static String example() {
    return prefix() + "<name>";
  }

  private static String withoutComments(Path file) {
    try {
      return Files.readString(file).replaceAll("(?m)(^|\\s)#.*$", "");
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }
}
