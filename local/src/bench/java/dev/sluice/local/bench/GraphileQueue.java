package dev.sluice.local.bench;

import dev.sluice.emulators.PostgresServer;
import dev.sluice.emulators.PostgresServer.Database;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// graphile-worker with its local queue and its batched completions, set as the measures in its
/// documentation are. It runs in a Node.js of its own, which `graphile-worker.mjs` makes do a round
/// for each line.
final class GraphileQueue implements BenchedQueue {

  static final String PACKAGE = "graphile-worker@0.18.0";

  private static final int ROWS = 20_000;

  private final Database database;
  private final Process node;
  private final BufferedReader answers;

  private GraphileQueue(Database database, Process node) throws IOException {
    this.database = database;
    this.node = node;
    this.answers = node.inputReader();
    expect("ready");
  }

  /// The peer, or null where it cannot be had.
  static @Nullable GraphileQueue start(PostgresServer server) throws InterruptedException {
    try {
      Path directory = Files.createTempDirectory("sluice-bench");
      Process install =
          process(directory, List.of("npm", "install", "--no-audit", "--no-fund", PACKAGE));
      String said = new String(install.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (install.waitFor() != 0) {
        throw new IOException(said);
      }
      Path script = directory.resolve("graphile-worker.mjs");
      try (InputStream in = GraphileQueue.class.getResourceAsStream("/graphile-worker.mjs")) {
        var _ = Files.copy(in, script);
      }
      Database database = server.newDatabase();
      URI url = URI.create(database.url().substring("jdbc:".length()));
      String address = "postgres://" + Database.USER + "@" + url.getAuthority() + url.getPath();
      return new GraphileQueue(
          database, process(directory, List.of("node", script.toString(), address)));
    } catch (IOException e) {
      System.out.println(PACKAGE + " is left out: " + e.getMessage());
      return null;
    }
  }

  private static Process process(Path directory, List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .start();
  }

  private String ask(String line) throws IOException {
    OutputStream in = node.getOutputStream();
    in.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    in.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("Node.js has ended");
    }
    return answer;
  }

  private void expect(String line) throws IOException {
    String answer = answers.readLine();
    if (!line.equals(answer)) {
      node.destroy();
      throw new IOException("Node.js said " + answer);
    }
  }

  @Override
  public int rows() {
    return ROWS;
  }

  @Override
  public void fill() throws SQLException, IOException {
    var _ = ask("fill " + ROWS);
    BenchedQueue.execute(database.dataSource(), "vacuum analyze");
  }

  @Override
  public double drain() throws IOException {
    return Double.parseDouble(ask("drain " + ROWS));
  }

  @Override
  public void close() {
    node.destroy();
    node.onExit().join();
  }
}
