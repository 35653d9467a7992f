package dev.sluice.local.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// nginx as a plain proxy in front of an upstream: the floor for a gateway. Only where it is
/// installed.
final class NginxProxy implements AutoCloseable {

  private static final Path BINARY = Path.of("/usr/sbin/nginx");

  /// Kernel ticks of `/proc/<pid>/stat`: 100 a second on Linux (proc(5), sysconf(_SC_CLK_TCK)).
  private static final double MICROS_PER_TICK = 10_000;

  private final Process process;
  private final int port;

  private NginxProxy(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /// Starts nginx; empty when it is not installed.
  static Optional<NginxProxy> start(int upstreamPort) throws IOException {
    if (!Files.isExecutable(BINARY)) {
      return Optional.empty();
    }
    int port = freePort();
    Path directory = Files.createTempDirectory("sluice-nginx");
    Path config =
        Files.writeString(
            directory.resolve("nginx.conf"),
            """
            daemon off;
            worker_processes 1;
            pid %1$s/nginx.pid;
            error_log %1$s/error.log;
            user root;
            events {}
            http {
              access_log off;
              client_body_temp_path %1$s/body;
              proxy_temp_path %1$s/proxy;
              fastcgi_temp_path %1$s/fastcgi;
              uwsgi_temp_path %1$s/uwsgi;
              scgi_temp_path %1$s/scgi;
              upstream model { server 127.0.0.1:%2$d; keepalive 16; }
              server {
                listen 127.0.0.1:%3$d;
                location / {
                  proxy_pass http://model;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                }
              }
            }
            """
                .formatted(directory, upstreamPort, port));
    Process process =
        new ProcessBuilder(BINARY.toString(), "-c", config.toString(), "-p", directory.toString())
            .inheritIO()
            .start();
    return Optional.of(new NginxProxy(process, port));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  /// CPU time of the master and its workers so far, in microseconds.
  double cpuMicros() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .mapToDouble(NginxProxy::cpuMicros)
        .sum();
  }

  private static double cpuMicros(ProcessHandle handle) {
    try {
      String stat = Files.readString(Path.of("/proc/" + handle.pid() + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MICROS_PER_TICK;
    } catch (IOException e) {
      throw new UncheckedIOException("nginx is gone", e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        var _ = process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // The caller ends; nginx was told to.
    }
  }
}
