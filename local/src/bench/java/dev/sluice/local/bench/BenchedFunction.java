package dev.sluice.local.bench;

import dev.sluice.emulators.SandboxCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A function as [ColdStartBench] starts and calls it.
///
/// @param artifact the zip that it is deployed from; null for the bare one
/// @param command as it is deployed, before any flag of a [StartMode]
/// @param archivable the same with all classes in jars: no others can be in an archive of the JVM
/// @param event a new one for each call
/// @param isGood whether an answer is what a working function says
record BenchedFunction(
    String name,
    @Nullable Path artifact,
    SandboxCommand command,
    SandboxCommand archivable,
    Supplier<byte[]> event,
    Predicate<String> isGood) {

  SandboxCommand with(List<String> words) {
    return new SandboxCommand(words, command.handler(), command.taskRoot(), command.directory());
  }

  /// The words that a mode adds its flags to.
  List<String> words(StartMode mode) {
    return (mode.needsTraining() ? archivable : command).words();
  }
}
