package dev.sluice.emulators;

/// Who is told what becomes of the processes of a [ForkedFunction].
///
/// Calls come from several threads. They must not block for long, must not throw, and must not call
/// the function back.
public interface SandboxListener {

  /// A process was started; it is not ready for invocations yet.
  void started(String functionName, long pid);

  /// A process waits to be restored: a snapshot would be taken of it now. Only with SnapStart. It
  /// goes on when this returns.
  default void snapshot(String functionName, long pid) {}

  /// A process has ended, once for each that was started.
  ///
  /// @param status its exit status, 128 plus the signal when it was killed
  void ended(String functionName, long pid, int status);

  /// A process wrote this line, without its end, to standard output or standard error.
  void wrote(String functionName, String line);
}
