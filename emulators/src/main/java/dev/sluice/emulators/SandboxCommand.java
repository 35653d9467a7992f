package dev.sluice.emulators;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The program that runs in a sandbox.
///
/// @param words executable and arguments
/// @param handler the class of the function
/// @param taskRoot where the function's own classes are
/// @param directory in which the process runs; it must not have a directory `lib`, which AWS's
///   runtime client would take for the function's
public record SandboxCommand(List<String> words, String handler, Path taskRoot, Path directory) {

  /// The collector, compiler and encodings are those of Lambda's Java runtimes. The heap leaves a
  /// quarter of the function's memory to the rest of the JVM.
  private static final List<String> FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          // Sizes of the heap follow from the function's memory, not from this machine's.
          "-XX:MaxRAM=" + LambdaContext.MEMORY_MEGABYTES + "m",
          "-Xmx" + LambdaContext.MEMORY_MEGABYTES * 3 / 4 + "m",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED",
          "-Dstdout.encoding=UTF-8",
          "-Dstderr.encoding=UTF-8");

  public SandboxCommand {
    words = List.copyOf(words);
  }

  /// A handler under AWS's own runtime client, as in the managed runtime.
  ///
  /// @param directory of the process, where the client's native library is unpacked too
  /// @param classPath of the function, its own classes first
  /// @throws IllegalStateException on another system than Linux, for which the client is made
  public static SandboxCommand underManagedRuntime(
      Path directory, List<Path> classPath, String handler) {
    List<Path> all = new ArrayList<>(classPath);
    all.addAll(ManagedRuntime.classPath());
    return of(
        directory,
        all,
        List.of(
            "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac",
            ManagedRuntime.nativeLibraryFlag(directory)),
        ManagedRuntime.MAIN_CLASS,
        handler);
  }

  /// A handler under a runtime of its own.
  ///
  /// @param classPath of the function, its own classes first
  /// @param mainClass that runs the loop and makes the handler
  public static SandboxCommand underOwnRuntime(
      Path directory, List<Path> classPath, String mainClass, String handler) {
    return of(directory, classPath, List.of(), mainClass, handler);
  }

  private static SandboxCommand of(
      Path directory, List<Path> classPath, List<String> flags, String mainClass, String handler) {
    List<Path> all = new ArrayList<>(classPath);
    all.add(CodeOrigin.of(SandboxMain.class));
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(FLAGS);
    words.addAll(flags);
    words.add("-classpath");
    words.add(
        all.stream()
            .distinct()
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator)));
    words.add(SandboxMain.class.getName());
    words.add(mainClass);
    words.add(handler);
    return new SandboxCommand(words, handler, classPath.getFirst(), directory);
  }
}
