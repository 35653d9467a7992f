package dev.sluice.emulators;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import software.amazon.awssdk.utilslite.SdkInternalThreadLocal;

/// What Lambda's managed Java runtime adds to a function: AWS's runtime interface client.
final class ManagedRuntime {

  static final String MAIN_CLASS = AWSLambda.class.getName();

  /// Read by the client's `JniHelper`. Without it each process would unpack the library to the same
  /// place in `/tmp`, and two that start at once would break each other's.
  private static final String LIBRARY_PROPERTY =
      "com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI";

  private ManagedRuntime() {}

  /// The client and what it needs. A function that brings the same classes keeps its own, because
  /// these stand behind them.
  static List<Path> classPath() {
    return List.of(
        CodeOrigin.of(AWSLambda.class),
        CodeOrigin.of(PojoSerializer.class),
        CodeOrigin.of(SdkInternalThreadLocal.class),
        CodeOrigin.of(Context.class));
  }

  /// Unpacks the client's native library into the directory and tells the client where it is. Each
  /// call makes a new file and replaces the name, so that running processes keep theirs.
  static String nativeLibraryFlag(Path directory) {
    String name = libraryName();
    try (InputStream library = AWSLambda.class.getResourceAsStream("/jni/" + name)) {
      if (library == null) {
        throw new IllegalStateException("AWS's runtime client does not run here: no " + name);
      }
      Path draft = Files.createTempFile(directory, name, ".draft");
      var _ = Files.copy(library, draft, StandardCopyOption.REPLACE_EXISTING);
      Path file = directory.resolve(name);
      var _ = Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
      return "-D" + LIBRARY_PROPERTY + "=" + file.toAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException("The runtime client could not be unpacked", e);
    }
  }

  private static String libraryName() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String machine =
        switch (System.getProperty("os.arch")) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64" -> "aarch_64";
          case String other -> other;
        };
    boolean musl =
        Files.exists(Path.of("/lib/ld-musl-" + machine.replace("aarch_", "aarch") + ".so.1"));
    return "libaws-lambda-jni." + system + (musl ? "_musl-" : "-") + machine + ".so";
  }
}
