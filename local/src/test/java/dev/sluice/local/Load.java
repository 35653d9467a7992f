package dev.sluice.local;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGeneratorFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Clients that call a stack one call after the other over real connections, streamed and not, and
/// write down what they saw. Nothing is tried again.
final class Load implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Load.class);

  private final Plan plan;
  private final TestingStack stack;
  private final Ledger ledger;
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final List<Thread> clients = new ArrayList<>();

  /// @param name told in every prompt, so that two loads never ask the same
  /// @param clients how many call at the same time
  /// @param most calls altogether
  /// @param seed of the prompts: the same seed asks the same
  record Plan(String name, int clients, int most, long seed) {}

  private Load(Plan plan, TestingStack stack, Ledger ledger) {
    this.plan = plan;
    this.stack = stack;
    this.ledger = ledger;
  }

  /// Begins to call.
  static Load start(Plan plan, TestingStack stack, Ledger ledger) {
    LOG.atInfo().addKeyValue("load", plan.name()).addKeyValue("seed", plan.seed()).log("Load");
    Load load = new Load(plan, stack, ledger);
    for (int i = 0; i < plan.clients(); i++) {
      load.clients.add(Thread.ofVirtual().name("client-" + i).start(load::callUntilStopped));
    }
    return load;
  }

  private void callUntilStopped() {
    while (!stopped.get()) {
      int number = begun.getAndIncrement();
      if (number >= plan.most()) {
        return;
      }
      call(ask(number));
    }
  }

  /// The same call for the same seed and number, whichever client makes it.
  private LoadCall ask(int number) {
    return LoadCall.random(
        plan.name(),
        number,
        RandomGeneratorFactory.of("L64X128MixRandom").create(plan.seed() + number));
  }

  private void call(LoadCall call) {
    try {
      ledger.add(call, call.ask(stack, stack.apiKey()));
    } catch (RuntimeException e) {
      ledger.add(call, new Sighting.Wrong(e.toString()));
      throw e;
    }
  }

  /// Waits for the answers to all calls.
  void join() {
    for (Thread client : clients) {
      try {
        client.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while the load ended", e);
      }
    }
  }

  /// Begins no more calls and waits for the answers to those that were begun.
  void stop() {
    stopped.set(true);
    join();
  }

  @Override
  public void close() {
    stop();
  }
}
