package dev.sluice.local.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How a function's JVM is started.
enum StartMode {
  /// The flags of Lambda's managed runtime, but with both compilers.
  PLAIN("plain"),
  /// The flags of Lambda's managed runtime: only the fast compiler.
  C1("C1"),
  /// As [#C1], with the classes of an earlier run in a shared archive (JEP 350).
  APP_CDS("C1 + AppCDS"),
  /// As [#C1], with the classes of an earlier run, loaded and linked (JEP 483, JEP 514).
  AOT_CACHE("C1 + AOT cache"),
  /// As [#C1], from the moment at which a snapshot would be restored, after the priming; without
  /// the time that Lambda takes to bring the memory back.
  RESTORED("primed restore");

  private static final String FAST_COMPILER_ONLY = "-XX:TieredStopAtLevel=1";

  private final String text;

  StartMode(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  boolean needsTraining() {
    return this == APP_CDS || this == AOT_CACHE;
  }

  /// The command that makes the archive when its process ends in good order.
  List<String> training(List<String> command, Path archive) {
    return switch (this) {
      case PLAIN, C1, RESTORED -> command;
      case APP_CDS -> with(command, "-XX:ArchiveClassesAtExit=" + archive);
      case AOT_CACHE -> with(command, "-XX:AOTCacheOutput=" + archive);
    };
  }

  /// The command to measure.
  List<String> measured(List<String> command, Path archive) {
    return switch (this) {
      case PLAIN -> command.stream().filter(word -> !word.equals(FAST_COMPILER_ONLY)).toList();
      case C1, RESTORED -> command;
      // A JVM that cannot use its archive must fail here, not run without it.
      case APP_CDS -> with(command, "-Xshare:on", "-XX:SharedArchiveFile=" + archive);
      case AOT_CACHE -> with(command, "-XX:AOTMode=on", "-XX:AOTCache=" + archive);
    };
  }

  /// Flags behind the executable, before everything else.
  private static List<String> with(List<String> command, String... flags) {
    List<String> words = new ArrayList<>(command);
    words.addAll(1, List.of(flags));
    return words;
  }
}
