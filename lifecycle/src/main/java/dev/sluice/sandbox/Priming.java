package dev.sluice.sandbox;

import java.io.IOException;

/// Something that is done once before a snapshot, for what stays of it in the process: classes that
/// are loaded and linked, code that is compiled. Beans of this type are found by the hook that runs
/// them before everything else that comes before a snapshot.
///
/// It works on stand-ins only: nothing of it may reach a database, a queue, a model server or a
/// metric, and no connection, secret or random value of it may be left.
public interface Priming {

  /// A repeat is harmless.
  ///
  /// @throws IOException as every fault, it costs the copies some time and nothing else
  void prime() throws IOException;
}
