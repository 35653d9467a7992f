package dev.sluice.infra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import io.github.cdklabs.cdknag.NagPackProps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.cxapi.CloudAssembly;
import software.amazon.awscdk.cxapi.CloudFormationStackArtifact;

/// What a profile comes to: synthesised once per process, because starting the kit takes seconds.
///
/// The functions' packages are files of a few bytes, so nothing has to be built before.
final class Synthesis {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<Profile, Synthesis> DONE = new EnumMap<>(Profile.class);

  private final SluiceApp app;
  private final Map<String, JsonNode> templates = new LinkedHashMap<>();
  private final CloudAssembly assembly;

  private Synthesis(Map<String, String> values) {
    App root = SluiceApp.app(AppProps.builder().outdir(directory("sluice-cdk").toString()));
    app = new SluiceApp(root, context(values));
    assembly = checked(root);
    for (CloudFormationStackArtifact stack : assembly.getStacks()) {
      templates.put(stack.getStackName(), JSON.valueToTree(stack.getTemplate()));
    }
  }

  /// The profile as it is by default.
  static synchronized Synthesis of(Profile profile) {
    return DONE.computeIfAbsent(profile, each -> new Synthesis(Map.of("profile", each.text())));
  }

  /// A deployment with these context values, synthesised for this call.
  static Synthesis with(Map<String, String> values) {
    return new Synthesis(values);
  }

  /// The context of these values, with packages and a models file that are there.
  static DeploymentContext context(Map<String, String> values) {
    Path repository = directory("sluice-repository");
    try {
      Files.createDirectory(repository.resolve("infra-cdk"));
      Files.writeString(repository.resolve("infra-cdk/models.yaml"), "models: []\n");
      for (String module :
          new String[] {"gateway-fn", "completion-fn", "daemon-fn", "migrations"}) {
        Path zip = repository.resolve(module + "/target/" + module + "-lambda.zip");
        Files.createDirectories(zip.getParent());
        Files.writeString(zip, module);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return DeploymentContext.of(values, repository);
  }

  private static Path directory(String name) {
    try {
      return Files.createTempDirectory(
          Files.createDirectories(Path.of("target/synthesis").toAbsolutePath()), name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  SluiceApp app() {
    return app;
  }

  CloudAssembly assembly() {
    return assembly;
  }

  /// What the kit and the AWS Solutions rules have to say: `<level> <path>: <message>`.
  List<String> messages() {
    return messages(assembly);
  }

  /// What they would say of other constructs.
  static List<String> messages(Consumer<App> constructs) {
    App root = SluiceApp.app(AppProps.builder().outdir(directory("sluice-cdk").toString()));
    constructs.accept(root);
    return messages(checked(root));
  }

  private static CloudAssembly checked(App root) {
    Aspects.of(root).add(new AwsSolutionsChecks(NagPackProps.builder().reports(false).build()));
    return root.synth();
  }

  private static List<String> messages(CloudAssembly assembly) {
    List<String> messages = new ArrayList<>();
    for (CloudFormationStackArtifact stack : assembly.getStacks()) {
      json(Path.of(assembly.getDirectory(), stack.getStackName() + ".metadata.json"))
          .properties()
          .forEach(of -> {
            for (JsonNode entry : of.getValue()) {
              String type = entry.path("type").asText();
              if (type.matches("aws:cdk:(warning|error)")) {
                messages.add(type + " " + of.getKey() + ": " + entry.path("data").asText());
              }
            }
          });
    }
    return messages;
  }

  private static JsonNode json(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }

  /// The templates by the names of their stacks.
  Map<String, JsonNode> templates() {
    return templates;
  }

  /// The template of the stack `sluice-<profile>-<name>`.
  JsonNode template(String name) {
    return templates.entrySet().stream()
        .filter(each -> each.getKey().endsWith("-" + name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow();
  }

  /// The same template, by its resources.
  Template stack(String name) {
    return new Template(template(name));
  }

  /// All templates, by their resources.
  List<Template> stacks() {
    return templates.values().stream().map(Template::new).toList();
  }
}
