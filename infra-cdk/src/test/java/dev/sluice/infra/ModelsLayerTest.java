package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Stack;

@NeedsNode
final class ModelsLayerTest {

  @TempDir private Path directory;

  @Test
  void aFileThatOnlyItsOwnerMayReadIsPackedForAllToRead() throws IOException {
    Path models = Files.writeString(directory.resolve("mine.yaml"), "models: []\n");
    Files.setPosixFilePermissions(models, PosixFilePermissions.fromString("rw-------"));
    Path assembly = directory.resolve("assembly");
    App app = SluiceApp.app(AppProps.builder().outdir(assembly.toString()));

    var _ = ModelsLayer.of(new Stack(app, "stack"), models);
    var _ = app.synth();

    List<Path> packed;
    try (Stream<Path> files = Files.walk(assembly)) {
      packed = files.filter(file -> file.endsWith("sluice/models.yaml")).toList();
    }
    assertThat(packed).hasSize(1);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(packed.getFirst())))
        .isEqualTo("rw-r--r--");
  }
}
