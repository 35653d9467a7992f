package dev.sluice.gateway.inference;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.gateway.http.Reply;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A client in memory that remembers every write. It can leave after some of them.
final class TestingReply implements Reply {

  private final List<String> writes = new ArrayList<>();
  private Map<String, String> headers = Map.of();
  private int status;
  private int leavesAfter = Integer.MAX_VALUE;

  /// The client is gone after so many writes.
  void leaveAfter(int count) {
    leavesAfter = count;
  }

  @Override
  public void start(int startStatus, Map<String, String> startHeaders) throws IOException {
    if (isStarted()) {
      throw new IllegalStateException("started twice");
    }
    status = startStatus;
    headers = Map.copyOf(startHeaders);
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    if (!isStarted()) {
      throw new IllegalStateException("not started");
    }
    if (writes.size() >= leavesAfter) {
      throw new IOException("the client is gone");
    }
    writes.add(new String(bytes, UTF_8));
  }

  @Override
  public boolean isStarted() {
    return status != 0;
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  List<String> writes() {
    return List.copyOf(writes);
  }

  String body() {
    return String.join("", writes);
  }

  JsonObject json() {
    return Json.objectOrEmpty(body().getBytes(UTF_8));
  }

  JsonObject error() {
    return json().object("error").orElse(JsonObject.EMPTY);
  }

  String errorCode() {
    return error().text("code").orElse("");
  }

  String errorParam() {
    return error().text("param").orElse("");
  }
}
