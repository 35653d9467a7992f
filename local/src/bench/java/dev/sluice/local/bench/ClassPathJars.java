package dev.sluice.local.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Class paths as they are deployed: a build's directories of classes become jars, because only
/// those can be in an archive of the JVM.
final class ClassPathJars {

  private static final ToolProvider JAR = ToolProvider.findFirst("jar").orElseThrow();

  private final Path directory;
  private final Map<Path, Path> made = new HashMap<>();

  ClassPathJars(Path directory) {
    this.directory = directory;
  }

  List<Path> paths(List<Path> classPath) {
    List<Path> jars = new ArrayList<>();
    for (Path entry : classPath) {
      jars.add(jarOf(entry));
    }
    return jars;
  }

  /// The same command, but for the directories of its class path.
  List<String> command(List<String> words) {
    List<String> jarred = new ArrayList<>(words);
    int classPath = words.indexOf("-classpath") + 1;
    jarred.set(
        classPath,
        Arrays.stream(words.get(classPath).split(File.pathSeparator, -1))
            .map(entry -> jarOf(Path.of(entry)).toString())
            .collect(Collectors.joining(File.pathSeparator)));
    return jarred;
  }

  private Path jarOf(Path entry) {
    return Files.isDirectory(entry) ? made.computeIfAbsent(entry, this::jar) : entry;
  }

  /// Without the directory `lib` of an unpacked deployment package, whose jars are on the class
  /// path themselves.
  private Path jar(Path classes) {
    Path jar = directory.resolve("classes-" + made.size() + ".jar");
    List<String> words = new ArrayList<>(List.of("cf", jar.toString()));
    try (Stream<Path> entries = Files.list(classes)) {
      entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> !name.equals("lib"))
          .forEach(name -> words.addAll(List.of("-C", classes.toString(), name)));
    } catch (IOException e) {
      throw new UncheckedIOException(classes + " cannot be read", e);
    }
    if (JAR.run(System.err, System.err, words.toArray(String[]::new)) != 0) {
      throw new IllegalStateException("The jar of " + classes + " could not be made");
    }
    return jar;
  }
}
