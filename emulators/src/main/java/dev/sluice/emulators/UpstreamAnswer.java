package dev.sluice.emulators;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a [ScriptedUpstream] does with one request, step by step.
///
/// An answer is a value: each method gives a longer one. An answer that ends without [#eof] or
/// [#reset] leaves the connection open for the next request.
public record UpstreamAnswer(List<UpstreamAction> actions) {

  private static final byte[] LAST_CHUNK = ascii("0\r\n\r\n");

  public UpstreamAnswer {
    actions = List.copyOf(actions);
  }

  /// Nothing yet.
  public static UpstreamAnswer empty() {
    return new UpstreamAnswer(List.of());
  }

  /// A complete JSON answer.
  public static UpstreamAnswer json(int status, String body) {
    return complete(status, Map.of("content-type", "application/json"), utf8(body));
  }

  /// A complete JSON answer with further headers, such as `retry-after`.
  public static UpstreamAnswer json(int status, String body, Map<String, String> headers) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.putIfAbsent("content-type", "application/json");
    return complete(status, all, utf8(body));
  }

  /// A complete answer with a `content-length`.
  public static UpstreamAnswer complete(int status, Map<String, String> headers, byte[] body) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put("content-length", String.valueOf(body.length));
    byte[] head = ascii(headText(status, all));
    byte[] message = new byte[head.length + body.length];
    System.arraycopy(head, 0, message, 0, head.length);
    System.arraycopy(body, 0, message, head.length, body.length);
    return empty().send(message);
  }

  /// The head of a stream of server-sent events, which [#event] and [#chunk] go on and [#end] ends.
  public static UpstreamAnswer eventStream() {
    return chunked(200, Map.of("content-type", "text/event-stream"));
  }

  /// A whole stream of server-sent events, each in a chunk of its own.
  public static UpstreamAnswer events(List<String> data) {
    UpstreamAnswer answer = eventStream();
    for (String each : data) {
      answer = answer.event(each);
    }
    return answer.end();
  }

  /// The head of an answer in chunks.
  public static UpstreamAnswer chunked(int status, Map<String, String> headers) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put("transfer-encoding", "chunked");
    return empty().send(ascii(headText(status, all)));
  }

  /// Never answers.
  public static UpstreamAnswer never() {
    return empty().hang();
  }

  private static String headText(int status, Map<String, String> headers) {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Scripted\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    return head.append("\r\n").toString();
  }

  /// One event with this data; each line of the data becomes a `data:` line.
  public UpstreamAnswer event(String data) {
    return chunk(utf8("data: " + data.replace("\n", "\ndata: ") + "\n\n"));
  }

  /// One chunk with these bytes.
  public UpstreamAnswer chunk(byte[] bytes) {
    byte[] head = ascii(Integer.toHexString(bytes.length) + "\r\n");
    byte[] chunk = new byte[head.length + bytes.length + 2];
    System.arraycopy(head, 0, chunk, 0, head.length);
    System.arraycopy(bytes, 0, chunk, head.length, bytes.length);
    chunk[chunk.length - 2] = '\r';
    chunk[chunk.length - 1] = '\n';
    return send(chunk);
  }

  /// These bytes in chunks of this size, the last one shorter.
  public UpstreamAnswer chunks(byte[] bytes, int size) {
    UpstreamAnswer answer = this;
    for (int from = 0; from < bytes.length; from += size) {
      int length = Math.min(size, bytes.length - from);
      byte[] part = new byte[length];
      System.arraycopy(bytes, from, part, 0, length);
      answer = answer.chunk(part);
    }
    return answer;
  }

  /// The last chunk: the answer is complete, and the connection stays open.
  public UpstreamAnswer end() {
    return send(LAST_CHUNK);
  }

  /// These bytes, as they are.
  public UpstreamAnswer send(byte[] bytes) {
    return then(new UpstreamAction.Send(bytes));
  }

  public UpstreamAnswer drip(byte[] bytes, int size, Duration pause) {
    return then(new UpstreamAction.Drip(bytes, size, pause));
  }

  public UpstreamAnswer await(Signal signal) {
    return then(new UpstreamAction.Await(signal));
  }

  public UpstreamAnswer fire(Signal signal) {
    return then(new UpstreamAction.Fire(signal));
  }

  public UpstreamAnswer delay(Duration duration) {
    return then(new UpstreamAction.Delay(duration));
  }

  public UpstreamAnswer hang() {
    return then(new UpstreamAction.Hang());
  }

  public UpstreamAnswer eof() {
    return then(new UpstreamAction.Eof());
  }

  public UpstreamAnswer reset() {
    return then(new UpstreamAction.Reset());
  }

  public UpstreamAnswer then(UpstreamAction action) {
    List<UpstreamAction> longer = new ArrayList<>(actions);
    longer.add(action);
    return new UpstreamAnswer(longer);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
