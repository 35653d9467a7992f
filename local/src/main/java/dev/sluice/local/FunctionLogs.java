package dev.sluice.local;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What functions in processes of their own write, one file for each function, kept over restarts.
/// Safe for use by several threads.
final class FunctionLogs implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FunctionLogs.class);

  private final Path directory;
  private final Map<String, BufferedWriter> files = new HashMap<>();

  private FunctionLogs(Path directory) {
    this.directory = directory;
  }

  static FunctionLogs in(Path directory) {
    try {
      return new FunctionLogs(Files.createDirectories(directory));
    } catch (IOException e) {
      throw new UncheckedIOException("No directory for the functions' logs", e);
    }
  }

  /// Adds a line at once; where that fails, it goes to the log of the stack.
  synchronized void write(String function, String line) {
    try {
      BufferedWriter file = file(function);
      file.write(line);
      file.newLine();
      file.flush();
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("function", function).setCause(e).log(line);
    }
  }

  private BufferedWriter file(String function) throws IOException {
    BufferedWriter open = files.get(function);
    if (open == null) {
      open =
          Files.newBufferedWriter(
              directory.resolve(function + ".log"),
              StandardOpenOption.CREATE,
              StandardOpenOption.APPEND);
      files.put(function, open);
    }
    return open;
  }

  @Override
  public synchronized void close() throws IOException {
    for (BufferedWriter file : files.values()) {
      file.close();
    }
    files.clear();
  }
}
