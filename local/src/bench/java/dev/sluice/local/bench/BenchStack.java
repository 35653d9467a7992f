package dev.sluice.local.bench;

import dev.sluice.local.DevSettings;
import dev.sluice.local.DevStack;
import dev.sluice.local.EmulatorTimes;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A dev stack in a directory of its own, for what benchmarks need around a function: database,
/// queue, secrets and a key.
final class BenchStack implements AutoCloseable {

  private final Path data;
  private final DevStack stack;

  private BenchStack(Path data, DevStack stack) {
    this.data = data;
    this.stack = stack;
  }

  static BenchStack start() throws IOException {
    Path data = Files.createTempDirectory("sluice-bench");
    return new BenchStack(data, DevStack.start(DevSettings.forTests(data)));
  }

  /// A stack whose models are `fast` and `slow` of one model server, and whose daemon nobody ticks.
  static BenchStack start(URI modelServer) throws IOException {
    Path data = Files.createTempDirectory("sluice-bench");
    DevSettings settings =
        new DevSettings(
            0,
            data,
            models(data, modelServer),
            null,
            null,
            null,
            EmulatorTimes.TEST,
            Map.of(),
            null);
    return new BenchStack(data, DevStack.start(settings));
  }

  private static Path models(Path data, URI modelServer) throws IOException {
    return Files.writeString(
        data.resolve("bench-models.yaml"),
        """
        upstreams:
          - { name: bench, base_url: "%s/v1", auth: none }
        models:
          - { alias: fast, upstreams: [ { name: bench, model: fast } ], endpoints: [ chat, responses ] }
          - { alias: slow, upstreams: [ { name: bench, model: slow } ], endpoints: [ chat, responses ] }
        """
            .formatted(modelServer));
  }

  Path directory() {
    return data;
  }

  JsonObject description() {
    return stack.description();
  }

  String text(String member) {
    return description().text(member).orElseThrow();
  }

  /// What a function of its own needs to work with this stack's database, queue and keys. The
  /// models `fast` and `slow` are those of one model server.
  Map<String, Object> functionProperties(URI modelServer) throws IOException {
    JsonObject secrets = Json.objectOrEmpty(Files.readAllBytes(data.resolve("secrets.json")));
    Path models = models(data, modelServer);
    return Map.of(
        "datasources.default.url",
        text("database_url"),
        "sluice.id-key",
        secrets.text("id_key").orElseThrow(),
        "sluice.peppers",
        "1:" + secrets.text("pepper").orElseThrow(),
        "sluice.config",
        models.toString(),
        "sluice.queue.endpoint",
        text("queue_endpoint"),
        "sluice.queue.url",
        text("queue_endpoint") + "/000000000000/completions",
        "sluice.objects.directory",
        data.resolve("objects").toString());
  }

  @Override
  public void close() {
    stack.close();
  }
}
