package dev.sluice.local.bench;

import dev.sluice.local.DevSettings;
import dev.sluice.local.DevStack;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Optional;

/// What the gateway adds to a call of the demo model: the median of the time, and the CPU of the
/// process. One client calls, one call after the other, in interleaved rounds: the model directly,
/// through the gateway, and through nginx where it is installed.
///
/// The gateway's CPU holds everything that this one process does for a call: API Gateway's
/// stand-in, the queue server and the completion function too; on AWS those are not the gateway's.
public final class GatewayBench {

  private static final int ROUNDS = 9;
  private static final int CALLS_A_ROUND = 300;
  private static final String BODY =
      """
      {"model":"demo-echo","messages":[{"role":"user","content":"%s"}]}\
      """
          .formatted("word ".repeat(200).trim());

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final com.sun.management.OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);

  private GatewayBench() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    DevSettings settings = DevSettings.forTests(Files.createTempDirectory("sluice-bench"));
    try (DevStack stack = DevStack.start(settings)) {
      new GatewayBench().run(stack.description());
    }
    System.exit(0);
  }

  private void run(JsonObject stack) throws IOException, InterruptedException {
    URI direct = URI.create(stack.text("demo_upstream_url").orElseThrow() + "/chat/completions");
    URI gateway = URI.create(stack.text("base_url").orElseThrow() + "/chat/completions");
    String key = stack.text("api_key").orElseThrow();
    Optional<NginxProxy> nginx = NginxProxy.start(direct.getPort());
    Measure directly = new Measure();
    Measure throughGateway = new Measure();
    Measure throughNginx = new Measure();
    double nginxCpu = 0;
    for (int round = -3; round < ROUNDS; round++) {
      round(directly, round, direct, key);
      round(throughGateway, round, gateway, key);
      if (nginx.isPresent()) {
        double before = nginx.get().cpuMicros();
        URI proxied = URI.create("http://127.0.0.1:" + nginx.get().port() + direct.getPath());
        round(throughNginx, round, proxied, key);
        nginxCpu += round < 0 ? 0 : nginx.get().cpuMicros() - before;
      }
    }
    Figures.printRounds("direct call p50", directly.median, "us", "floor");
    Figures.printRounds("through the gateway p50", throughGateway.median, "us", "");
    Figures.print("added by the gateway p50", added(throughGateway, directly), "us", "");
    Figures.print("CPU of this process per call, direct", directly.cpu(), "us", "floor");
    Figures.print(
        "CPU added by gateway, queue and completion",
        throughGateway.cpu() - directly.cpu(),
        "us",
        "");
    if (nginx.isPresent()) {
      Figures.printRounds("through nginx p50", throughNginx.median, "us", "floor");
      Figures.print("added by nginx p50", added(throughNginx, directly), "us", "floor");
      Figures.print("CPU of nginx per call", nginxCpu / (ROUNDS * CALLS_A_ROUND), "us", "floor");
      nginx.get().close();
    }
  }

  private static double added(Measure through, Measure directly) {
    return Figures.median(through.median) - Figures.median(directly.median);
  }

  private void round(Measure measure, int round, URI uri, String key)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("authorization", "Bearer " + key)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(BODY))
            .build();
    double[] micros = new double[CALLS_A_ROUND];
    long cpu = system.getProcessCpuTime();
    for (int i = 0; i < CALLS_A_ROUND; i++) {
      long start = System.nanoTime();
      HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
      micros[i] = (System.nanoTime() - start) / 1e3;
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(uri + " answered " + answer.statusCode());
      }
    }
    if (round >= 0) {
      Arrays.sort(micros);
      measure.median[round] = micros[CALLS_A_ROUND / 2];
      measure.cpuNanos += system.getProcessCpuTime() - cpu;
    }
  }

  /// What the rounds of one way to call came to.
  private static final class Measure {

    private final double[] median = new double[ROUNDS];
    private long cpuNanos;

    double cpu() {
      return cpuNanos / 1e3 / (ROUNDS * CALLS_A_ROUND);
    }
  }
}
