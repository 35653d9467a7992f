package dev.sluice.local;

import dev.sluice.completion.fn.CompletionHandler;
import dev.sluice.daemon.DaemonHandler;
import dev.sluice.emulators.SandboxCommand;
import dev.sluice.gateway.api.ApiFunction;
import dev.sluice.gateway.inference.InferenceFunction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// What is deployed: the zip of a module, as `./mvnw package` makes it, and its budgets.
///
/// A budget is a tenth above what the artifact was when the budget was set. Who needs more raises
/// it here and says why in the commit.
public enum DeployedArtifact {
  GATEWAY("gateway-fn", 31.0, 15_400),
  COMPLETION("completion-fn", 23.0, 13_000),
  DAEMON("daemon-fn", 24.5, 13_700),
  MIGRATIONS("migrations", 13.8, 7_400);

  private static final String SCRIPT = "streaming-runtime";

  private final String module;
  private final double megabytes;
  private final int classes;

  DeployedArtifact(String module, double megabytes, int classes) {
    this.module = module;
    this.megabytes = megabytes;
    this.classes = classes;
  }

  /// The largest that the zip may be, in units of 1,000,000 bytes.
  double megabytesAtMost() {
    return megabytes;
  }

  /// As many classes may be in it, those in its jars counted.
  int classesAtMost() {
    return classes;
  }

  /// @throws IllegalStateException when it was not built
  public Path zip() {
    Path zip = Path.of("..", module, "target", module + "-lambda.zip").toAbsolutePath().normalize();
    if (!Files.exists(zip)) {
      throw new IllegalStateException(zip + " is missing: ./mvnw package -DskipTests makes it");
    }
    return zip;
  }

  /// Unpacks it as Lambda does.
  ///
  /// @param parent of the directory that it is unpacked to
  /// @return that directory, which stands for `/var/task`
  public Path unpack(Path parent) throws IOException {
    Path task = Files.createDirectories(parent.resolve(module));
    try (ZipFile zip = new ZipFile(zip().toFile())) {
      for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
        Path path = task.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(path);
        } else {
          Files.createDirectories(path.getParent());
          try (InputStream bytes = zip.getInputStream(entry)) {
            Files.copy(bytes, path);
          }
        }
      }
    }
    Path script = task.resolve(SCRIPT);
    if (Files.exists(script) && !script.toFile().setExecutable(true)) {
      throw new IOException(script + " cannot be made executable");
    }
    return task;
  }

  /// The class path of an unpacked artifact, as Lambda makes it: its own classes, then its jars by
  /// name.
  public static List<Path> classPath(Path task) throws IOException {
    List<Path> all = new ArrayList<>();
    all.add(task);
    try (Stream<Path> jars = Files.list(task.resolve("lib"))) {
      jars.sorted().forEach(all::add);
    }
    return all;
  }

  /// How Lambda starts a function from its unpacked artifact.
  ///
  /// @param name one of the names of the dev stack's functions
  /// @param task from [#unpack]
  /// @param directory of the process
  public static SandboxCommand command(String name, Path task, Path directory) throws IOException {
    List<Path> classPath = classPath(task);
    return switch (name) {
      case Functions.INFERENCE -> wrapped(managed(directory, classPath, InferenceFunction.class));
      case Functions.API -> managed(directory, classPath, ApiFunction.class);
      case Functions.COMPLETION -> managed(directory, classPath, CompletionHandler.class);
      case Functions.DAEMON -> managed(directory, classPath, DaemonHandler.class);
      default -> throw new IllegalArgumentException("There is no function " + name);
    };
  }

  /// The artifact that a function is deployed from.
  ///
  /// @param function one of the names of the dev stack's functions
  public static DeployedArtifact of(String function) {
    return switch (function) {
      case Functions.INFERENCE, Functions.API -> GATEWAY;
      case Functions.COMPLETION -> COMPLETION;
      case Functions.DAEMON -> DAEMON;
      default -> throw new IllegalArgumentException("There is no function " + function);
    };
  }

  private static SandboxCommand managed(Path directory, List<Path> classPath, Class<?> handler) {
    return SandboxCommand.underManagedRuntime(directory, classPath, handler.getName());
  }

  /// What would start AWS's runtime client goes to the script, as `AWS_LAMBDA_EXEC_WRAPPER` has it,
  /// which starts ours with a class path of its own.
  private static SandboxCommand wrapped(SandboxCommand command) {
    List<String> words = new ArrayList<>(command.words());
    words.addFirst(command.taskRoot().resolve(SCRIPT).toString());
    return new SandboxCommand(words, command.handler(), command.taskRoot(), command.directory());
  }
}
