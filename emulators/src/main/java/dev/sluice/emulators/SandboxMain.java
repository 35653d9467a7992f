package dev.sluice.emulators;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/// The main class of a sandbox's process: runs the main class that its first argument names, and
/// ends the process when its standard input ends.
///
/// The pipe on standard input is held by the process that started this one and closes with it,
/// however it goes; so no sandbox outlives it.
public final class SandboxMain {

  private static final int PARENT_GONE = 137;

  private SandboxMain() {}

  /// @param arguments the main class to run, and its arguments
  public static void main(String[] arguments) throws ReflectiveOperationException {
    Thread watch = new Thread(SandboxMain::endWithTheParent, "parent-watch");
    watch.setDaemon(true);
    watch.start();
    Object rest = Arrays.copyOfRange(arguments, 1, arguments.length);
    try {
      Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, rest);
    } catch (InvocationTargetException e) {
      // As if it had been started directly: the trace goes to standard error, the status says so.
      Thread main = Thread.currentThread();
      main.getUncaughtExceptionHandler().uncaughtException(main, e.getCause());
      System.exit(1);
    }
  }

  private static void endWithTheParent() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException _) {
      // A broken pipe says the same as its end.
    }
    // Without shutdown hooks: the parent's Runtime API and queue are gone already.
    Runtime.getRuntime().halt(PARENT_GONE);
  }
}
