package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is deployed has what it needs and nothing else. Runs when the artifacts are built.
final class LeanArtifactTest {

  /// Packages that no function brings: test doubles, other HTTP clients and servers, what the
  /// managed runtime has, and annotations for compilers.
  private static final List<String> FORBIDDEN =
      List.of(
          "com/amazonaws/services/lambda/runtime/api/",
          "dev/sluice/emulators/",
          "dev/sluice/local/",
          "io/netty/",
          "kotlin/",
          "org/apache/hc/",
          "org/apache/http/",
          "org/apache/pekko/",
          "org/assertj/",
          "org/checkerframework/",
          "org/eclipse/jetty/",
          "org/elasticmq/",
          "org/junit/",
          "org/mockito/",
          "scala/",
          "software/amazon/awssdk/crt/",
          "software/amazon/awssdk/http/apache/",
          "software/amazon/awssdk/http/apache5/",
          "software/amazon/awssdk/http/crt/",
          "software/amazon/awssdk/http/nio/");

  /// Migrations are applied by their own function and by nobody else.
  private static final String FLYWAY = "org/flywaydb/";

  private static final String OUR_JAR = "lib/lifecycle";

  @ParameterizedTest
  @EnumSource(DeployedArtifact.class)
  void noArtifactGrowsPastItsBudgets(DeployedArtifact artifact) throws IOException {
    double megabytes = Files.size(artifact.zip()) / 1e6;
    int classes = Content.of(artifact).classes().size();

    assertThat(megabytes)
        .as("megabytes of %s; the budgets are in DeployedArtifact", artifact.zip())
        .isBetween(1.0, artifact.megabytesAtMost());
    assertThat(classes)
        .as("classes in %s; the budgets are in DeployedArtifact", artifact.zip())
        .isBetween(1_000, artifact.classesAtMost());
  }

  @ParameterizedTest
  @EnumSource(DeployedArtifact.class)
  void noArtifactBringsWhatItsFunctionsDoNotUse(DeployedArtifact artifact) throws IOException {
    Content content = Content.of(artifact);
    List<String> forbidden = new ArrayList<>(FORBIDDEN);
    if (artifact != DeployedArtifact.MIGRATIONS) {
      forbidden.add(FLYWAY);
      forbidden.add("dev/sluice/migrations/");
    }

    assertThat(content.classes())
        .filteredOn(name -> forbidden.stream().anyMatch(name::startsWith))
        .isEmpty();
    assertThat(content.twice()).as("classes that two of its jars have").isEmpty();
  }

  @ParameterizedTest
  @EnumSource(DeployedArtifact.class)
  void theLayoutIsThatOfLambda(DeployedArtifact artifact) throws IOException {
    Content content = Content.of(artifact);

    assertThat(content.files()).contains("rds-global-bundle.pem", "logback.xml");
    assertThat(content.files())
        .filteredOn(name -> name.endsWith(".jar"))
        .isNotEmpty()
        .allMatch(name -> name.matches("lib/[^/]+"));
    assertThat(content.files())
        .as("the module's own classes")
        .anyMatch(name -> name.matches("dev/sluice/.*\\.class"));
    assertThat(content.files().contains("streaming-runtime"))
        .isEqualTo(artifact == DeployedArtifact.GATEWAY);
  }

  /// Those of the build would make each build another artifact, and each deployment a change. Of
  /// the jars, ours are made by the same build.
  @ParameterizedTest
  @EnumSource(DeployedArtifact.class)
  void theTimesOfFilesAreFixed(DeployedArtifact artifact) throws IOException {
    assertThat(Content.of(artifact).times()).hasSize(1);
  }

  /// @param files of the zip
  /// @param classes of the zip and of its jars
  /// @param twice classes that are there twice
  /// @param times of the zip's entries, and of those of the jar `lifecycle`
  private record Content(
      Set<String> files, Set<String> classes, Set<String> twice, Set<Long> times) {

    private static final Map<DeployedArtifact, Content> READ = new HashMap<>();

    static synchronized Content of(DeployedArtifact artifact) throws IOException {
      Content known = READ.get(artifact);
      if (known != null) {
        return known;
      }
      Content content =
          new Content(new HashSet<>(), new HashSet<>(), new HashSet<>(), new HashSet<>());
      try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(artifact.zip()))) {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          content.files.add(entry.getName());
          content.times.add(entry.getTime());
          content.take(entry.getName());
          if (entry.getName().endsWith(".jar")) {
            content.read(zip, entry.getName().startsWith(OUR_JAR));
          }
        }
      }
      READ.put(artifact, content);
      return content;
    }

    private void read(InputStream jar, boolean isOurs) throws IOException {
      ZipInputStream zip = new ZipInputStream(jar); // It ends with the jar; the outer one goes on.
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        take(entry.getName());
        if (isOurs) {
          times.add(entry.getTime());
        }
      }
    }

    private void take(String name) {
      boolean isClass =
          name.endsWith(".class") && !name.startsWith("META-INF/") && !name.endsWith("-info.class");
      if (isClass && !classes.add(name)) {
        twice.add(name);
      }
    }
  }
}
