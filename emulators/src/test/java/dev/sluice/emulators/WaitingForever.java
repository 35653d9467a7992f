package dev.sluice.emulators;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;

/// A main class that says its argument and does not end.
public final class WaitingForever {

  private WaitingForever() {}

  public static void main(String[] arguments) throws InterruptedException {
    PrintStream out = System.out;
    out.println("waiting " + arguments[0]);
    new CountDownLatch(1).await();
  }
}
