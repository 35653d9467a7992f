package dev.sluice.local.bench;

import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.RecordBody;
import dev.sluice.completion.RecordCodec;
import dev.sluice.completion.StartedRecord;
import dev.sluice.emulators.SandboxCommand;
import dev.sluice.gateway.inference.InferenceFunction;
import dev.sluice.gateway.runtime.InferenceRuntime;
import dev.sluice.local.DeployedArtifact;
import dev.sluice.request.Endpoint;
import dev.sluice.request.Outcome;
import dev.sluice.request.ResponseId;
import dev.sluice.request.ServiceTier;
import dev.sluice.request.Usage;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// The four functions of the product and the bare one, with an event that makes each do its work.
final class BenchedFunctions {

  private final Path directory;
  private final ClassPathJars jars;
  private final BenchStack stack;

  BenchedFunctions(BenchStack stack) {
    this.stack = stack;
    this.directory = stack.directory();
    this.jars = new ClassPathJars(directory);
  }

  List<BenchedFunction> product() throws IOException {
    return List.of(
        function(
            "gateway-inference", this::chat, answer -> answer.startsWith("{\"statusCode\":200")),
        function("gateway-api", this::models, answer -> answer.contains("\"statusCode\":200")),
        function("completion", this::batch, answer -> answer.contains("\"batchItemFailures\":[]")),
        function("daemon", BenchedFunctions::tick, _ -> true));
  }

  private BenchedFunction function(String name, Supplier<byte[]> event, Predicate<String> isGood)
      throws IOException {
    DeployedArtifact artifact = DeployedArtifact.of(name);
    Path task = artifact.unpack(directory.resolve("task").resolve(name));
    List<Path> jarred = jars.paths(DeployedArtifact.classPath(task));
    SandboxCommand archivable =
        name.equals("gateway-inference")
            ? SandboxCommand.underOwnRuntime(
                directory,
                jarred,
                InferenceRuntime.class.getName(),
                InferenceFunction.class.getName())
            : SandboxCommand.underManagedRuntime(
                directory, jarred, DeployedArtifact.command(name, task, directory).handler());
    return new BenchedFunction(
        name,
        artifact.zip(),
        DeployedArtifact.command(name, task, directory),
        jarred(archivable),
        event,
        isGood);
  }

  /// Nothing but AWS's runtime client.
  BenchedFunction bare() throws IOException {
    Path own =
        Path.of(BareFunction.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    Path task = directory.resolve("task").resolve("completion");
    List<Path> classPath = new ArrayList<>();
    classPath.add(own);
    for (Path entry : DeployedArtifact.classPath(task.resolve("completion-fn"))) {
      if (entry.getFileName().toString().startsWith("aws-lambda-java-core")) {
        classPath.add(entry);
      }
    }
    SandboxCommand command =
        SandboxCommand.underManagedRuntime(directory, classPath, BareFunction.class.getName());
    return new BenchedFunction(
        "bare", null, command, command, BenchedFunctions::tick, answer -> answer.contains("200"));
  }

  private SandboxCommand jarred(SandboxCommand command) {
    return new SandboxCommand(
        jars.command(command.words()), command.handler(), command.taskRoot(), command.directory());
  }

  private byte[] chat() {
    return request(
        "POST",
        "/v1/chat/completions",
        """
        {"model":"fast","messages":[{"role":"user","content":"Hello"}]}\
        """);
  }

  private byte[] models() {
    return request("GET", "/v1/models", "");
  }

  private byte[] request(String method, String path, String body) {
    JsonObject headers =
        JsonObject.builder()
            .put("Authorization", "Bearer " + stack.text("api_key"))
            .put("Content-Type", "application/json")
            .build();
    return Json.write(
        JsonObject.builder()
            .put("httpMethod", method)
            .put("path", path)
            .put("headers", headers)
            .put("body", body)
            .put("requestContext", JsonObject.builder().put("requestId", "bench").build())
            .build());
  }

  /// Both records of one new request.
  private byte[] batch() {
    Instant at = Instant.parse("2026-11-21T10:00:00Z");
    CompletionRecord.Head head =
        new CompletionRecord.Head(
            UUID.randomUUID(),
            new ResponseId(UUID.randomUUID()),
            UUID.fromString(stack.text("account_id")),
            "AbCd1234",
            at,
            Endpoint.CHAT_COMPLETIONS,
            "fast",
            ServiceTier.DEFAULT,
            false,
            false,
            true,
            at,
            "trace",
            null);
    RecordBody body = RecordBody.gzip("{}".getBytes(StandardCharsets.US_ASCII), "application/json");
    return Json.write(
        JsonObject.builder()
            .put(
                "Records",
                new JsonArray(
                    List.of(
                        message(new StartedRecord(head, body)),
                        message(
                            new FinishedRecord(
                                head,
                                Outcome.COMPLETED,
                                200,
                                null,
                                false,
                                1L,
                                at,
                                new Usage(1, 1, 0, 0),
                                List.of(),
                                body,
                                null)))))
            .build());
  }

  private static JsonValue message(CompletionRecord record) {
    return JsonObject.builder()
        .put("messageId", UUID.randomUUID().toString())
        .put("receiptHandle", "handle")
        .put("body", RecordCodec.encode(record))
        .put("attributes", JsonObject.builder().put("ApproximateReceiveCount", "1").build())
        .put("messageAttributes", JsonObject.EMPTY)
        .put("eventSource", "aws:sqs")
        .put("eventSourceARN", "arn:aws:sqs:eu-central-1:000000000000:completions")
        .put("awsRegion", "eu-central-1")
        .build();
  }

  private static byte[] tick() {
    return """
    {"version":"0","id":"bench","detail-type":"Scheduled Event","source":"aws.scheduler",\
    "account":"000000000000","time":"2026-11-21T10:00:00Z","region":"eu-central-1",\
    "resources":[],"detail":"{}"}\
    """
        .getBytes(StandardCharsets.US_ASCII);
  }
}
