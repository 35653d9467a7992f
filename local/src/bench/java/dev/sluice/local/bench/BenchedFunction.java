package dev.sluice.local.bench;

import dev.sluice.emulators.SandboxCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// A function as [ColdStartBench] starts and calls it.
///
/// @param classPath of jars only
/// @param command before any flag of a [StartMode]
/// @param event a new one for each call
/// @param isGood whether an answer is what a working function says
record BenchedFunction(
    String name,
    List<Path> classPath,
    SandboxCommand command,
    Supplier<byte[]> event,
    Predicate<String> isGood) {

  SandboxCommand with(List<String> words) {
    return new SandboxCommand(words, command.handler(), command.taskRoot(), command.directory());
  }
}
