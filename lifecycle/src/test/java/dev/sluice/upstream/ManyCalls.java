package dev.sluice.upstream;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// A process that makes many calls at once and tells what became of them.
final class ManyCalls {

  private ManyCalls() {}

  /// @param arguments the upstream's address and the number of calls
  @SuppressWarnings("SystemOut") // what the process is for
  public static void main(String[] arguments) throws Exception {
    URI base = URI.create(arguments[0]);
    try (SocketUpstreamClient client = new SocketUpstreamClient(_ -> Optional.empty(), 1_000_000);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<String>> calls = new ArrayList<>();
      for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
        calls.add(() -> TestingCalls.outcome(client, TestingCalls.request(base)));
      }
      for (int round = 0; round < 2; round++) {
        long whole = 0;
        for (Future<String> call : threads.invokeAll(calls)) {
          whole += call.get().equals("data: [DONE]\n\n") ? 1 : 0;
        }
        System.out.printf(Locale.ROOT, "%d%n", whole);
      }
    }
  }
}
