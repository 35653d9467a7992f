package dev.sluice.emulators;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/// The main class of a sandbox's process: runs the main class that its first argument names,
/// interrupts the main thread for each byte on standard input, and ends the process when that ends.
///
/// The pipe on standard input is held by the process that started this one and closes with it,
/// however it goes; so no sandbox outlives it. AWS's runtime client calls the handler on the main
/// thread.
public final class SandboxMain {

  private static final int PARENT_GONE = 137;

  private SandboxMain() {}

  /// @param arguments the main class to run, and its arguments
  public static void main(String[] arguments) throws ReflectiveOperationException {
    Thread main = Thread.currentThread();
    Thread watch = new Thread(() -> obeyTheParent(main), "parent-watch");
    watch.setDaemon(true);
    watch.start();
    Object rest = Arrays.copyOfRange(arguments, 1, arguments.length);
    try {
      Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, rest);
    } catch (InvocationTargetException e) {
      // As if it had been started directly: the trace goes to standard error, the status says so.
      main.getUncaughtExceptionHandler().uncaughtException(main, e.getCause());
      System.exit(1);
    }
  }

  private static void obeyTheParent(Thread main) {
    try {
      while (System.in.read() >= 0) {
        main.interrupt();
      }
    } catch (IOException _) {
      // A broken pipe says the same as its end.
    }
    // Without shutdown hooks: the parent's Runtime API and queue are gone already.
    Runtime.getRuntime().halt(PARENT_GONE);
  }
}
