package dev.sluice.local;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.emulators.Signal;
import dev.sluice.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/// A model server that repeats the last message of the user after a pause, and remembers every
/// call: its prompt, when it came, and how many there were at once. Safe for use by several
/// threads.
final class CountingUpstream implements AutoCloseable {

  private final Duration pause;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Call> calls = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final AtomicBoolean failing = new AtomicBoolean();

  /// One call.
  ///
  /// @param nanoTime at which it came
  record Call(String prompt, long nanoTime) {}

  private CountingUpstream(Duration pause, HttpServer server) {
    this.pause = pause;
    this.server = server;
  }

  /// @param pause before each answer
  static CountingUpstream start(Duration pause) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
      CountingUpstream upstream = new CountingUpstream(pause, server);
      server.setExecutor(upstream.threads);
      server.createContext("/v1/chat/completions", upstream::answer);
      server.start();
      return upstream;
    } catch (IOException e) {
      throw new UncheckedIOException("No port for a model server", e);
    }
  }

  /// A models file in which [QueuedRows#MODEL] is this server's.
  Path modelsFile(Path directory, int maxInFlight) {
    try {
      return Files.writeString(
          directory.resolve("counting-models.yaml"),
          """
          upstreams:
            - { name: counting, base_url: "http://127.0.0.1:%d/v1", auth: none }
          models:
            - alias: %s
              upstreams: [ { name: counting, model: echo } ]
              endpoints: [ chat ]
              max_in_flight: %d
          """
              .formatted(server.getAddress().getPort(), QueuedRows.MODEL, maxInFlight));
    } catch (IOException e) {
      throw new UncheckedIOException("No models file", e);
    }
  }

  /// From now on every answer is a 503, or none any more.
  void fail(boolean all) {
    failing.set(all);
  }

  /// All calls so far, as they came.
  List<Call> calls() {
    synchronized (calls) {
      return List.copyOf(calls);
    }
  }

  /// How many calls there were of these prompts.
  long count(Predicate<String> prompts) {
    return calls().stream().map(Call::prompt).filter(prompts).count();
  }

  /// The most calls that there were at the same time.
  int most() {
    return most.get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String prompt =
          DemoPrompt.ofChat(Json.objectOrEmpty(exchange.getRequestBody().readAllBytes()))
              .last("user")
              .text();
      most.accumulateAndGet(running.incrementAndGet(), Math::max);
      calls.add(new Call(prompt, System.nanoTime()));
      var _ = new Signal().firedWithin(pause);
      running.decrementAndGet();
      send(exchange, failing.get() ? 503 : 200, failing.get() ? "{}" : completion(prompt));
    }
  }

  private static String completion(String text) {
    return """
    {"id":"c","object":"chat.completion","created":1795000000,"model":"echo","choices":[{"index":0,\
    "message":{"role":"assistant","content":"%s"},"logprobs":null,"finish_reason":"stop"}],\
    "usage":{"prompt_tokens":2,"completion_tokens":2,"total_tokens":4}}\
    """
        .formatted(text);
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
