package dev.sluice.gateway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.emulators.InitFailedException;
import dev.sluice.emulators.RuntimeApi;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The script that Lambda starts instead of its own runtime.
final class ExecWrapperTest {

  private static final Path SCRIPT = Path.of("src", "main", "lambda", "streaming-runtime");

  /// As the managed runtime for Java starts (recorded from its command line by others), with the
  /// forms of flags that take their value apart.
  private static final List<String> AWS =
      List.of(
          "-XX:MaxHeapSize=445645k",
          "-XX:+UseSerialGC",
          "-Xshare:on",
          "-XX:SharedArchiveFile=/var/lang/lib/server/runtime.jsa",
          "-XX:AOTCache=/var/lang/lib/server/runtime.aot",
          "-XX:AOTMode=on",
          "--add-opens=java.base/java.io=ALL-UNNAMED",
          "--add-opens",
          "java.base/java.util=ALL-UNNAMED",
          "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac",
          "-Dwith=a space",
          "-classpath",
          "/var/runtime/lib/aws-lambda-java-core.jar:/var/runtime/lib/more.jar",
          "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
          "dev.sluice.gateway.inference.InferenceFunction",
          "-another");

  @TempDir Path root;

  @Test
  void theFlagsStayAndTheClassPathAndMainAreOurs() throws Exception {
    Path interpreter =
        Files.writeString(root.resolve("java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    assertThat(interpreter.toFile().setExecutable(true)).isTrue();

    Process process = start(interpreter.toString(), AWS, Map.of(), ProcessBuilder.Redirect.PIPE);
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);

    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(said.lines())
        .containsExactly(
            "-XX:MaxHeapSize=445645k",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "--add-opens=java.base/java.io=ALL-UNNAMED",
            "--add-opens",
            "java.base/java.util=ALL-UNNAMED",
            "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac",
            "-Dwith=a space",
            "-cp",
            root + ":" + root + "/lib/*",
            InferenceRuntime.class.getName());
  }

  @Test
  void itStartsOurRuntimeWithTheJavaThatItWasGiven() throws Exception {
    layOutDeployment();
    try (RuntimeApi api = RuntimeApi.start()) {
      Process process =
          start(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              AWS,
              TestingSandbox.variables(api, "on-demand"),
              ProcessBuilder.Redirect.to(new File("/dev/null")));
      try {
        assertThatThrownBy(() -> api.awaitReady(Duration.ofSeconds(60)))
            .as("our runtime, which misses its settings")
            .isInstanceOfSatisfying(
                InitFailedException.class,
                failed ->
                    assertThat(failed.error().body())
                        .contains("dev.sluice.gateway.runtime.InferenceRuntime.run"));
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(InferenceRuntime.FAILED);
      } finally {
        process.destroyForcibly();
      }
    }
  }

  /// A jar that names the class path of this process stands for the jars of a deployment package.
  private void layOutDeployment() throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(
            Attributes.Name.CLASS_PATH,
            Arrays.stream(classPath.split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" ")));
    Files.createDirectory(root.resolve("lib"));
    try (OutputStream file = Files.newOutputStream(root.resolve("lib").resolve("all.jar"));
        JarOutputStream jar = new JarOutputStream(file, manifest)) {
      jar.flush();
    }
  }

  private Process start(
      String java,
      List<String> arguments,
      Map<String, String> variables,
      ProcessBuilder.Redirect output)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(SCRIPT.toAbsolutePath().toString(), java));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(variables);
    builder.environment().put("LAMBDA_TASK_ROOT", root.toString());
    return builder.redirectErrorStream(true).redirectOutput(output).start();
  }
}
