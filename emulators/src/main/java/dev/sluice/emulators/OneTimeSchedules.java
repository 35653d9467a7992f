package dev.sluice.emulators;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.emulators.Scheduler.Tick;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The one-time schedules of EventBridge Scheduler on the loopback interface: `POST
/// /schedules/{name}` makes one, and its time comes when the owner of the clock says so
/// (EventBridge Scheduler API Reference, "CreateSchedule").
///
/// It takes what deletes itself after its call, and refuses what Scheduler refuses. Signatures must
/// be there and are not checked. Safe for use by several threads.
public final class OneTimeSchedules implements AutoCloseable {

  private static final String PATH = "/schedules/";
  private static final String NAME = "[0-9A-Za-z_.-]{1,64}";
  private static final JsonFactory JSON = new JsonFactory();
  private static final DateTimeFormatter AT =
      DateTimeFormatter.ofPattern("'at('uuuu-MM-dd'T'HH:mm:ss')'");

  private final HttpServer server;
  private final Map<String, Schedule> waiting = new HashMap<>();

  private OneTimeSchedules(HttpServer server) {
    this.server = server;
  }

  /// One call that is waiting for its time.
  ///
  /// @param function whom it calls, by its ARN
  /// @param role as whom
  /// @param token of the request that made it; a repeat has the same
  public record Schedule(
      String name, String group, Instant at, String function, String role, String token) {}

  /// A request that Scheduler would refuse.
  private static final class RefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  /// Without any schedule, on a free port.
  public static OneTimeSchedules start() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
      OneTimeSchedules schedules = new OneTimeSchedules(server);
      var _ = server.createContext(PATH, schedules::answer);
      server.start();
      return schedules;
    } catch (IOException e) {
      throw new UncheckedIOException("No port for schedules", e);
    }
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /// Those whose time has not come, the soonest first.
  public synchronized List<Schedule> waiting() {
    return waiting.values().stream().sorted(Comparator.comparing(Schedule::at)).toList();
  }

  /// Deletes those whose time has come and calls the function for each, one after the other.
  ///
  /// @param function what they all call
  /// @return how the calls ended
  public List<Tick> fire(Instant now, Scheduler function) {
    List<Tick> ticks = new ArrayList<>();
    for (Schedule schedule : waiting()) {
      if (!schedule.at().isAfter(now)) {
        forget(schedule);
        ticks.add(function.tickOnce());
      }
    }
    return ticks;
  }

  private synchronized void forget(Schedule schedule) {
    waiting.remove(schedule.name());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> members = members(exchange.getRequestBody().readAllBytes());
      try {
        boolean isTaken = !make(schedule(exchange, members));
        if (isTaken) {
          send(exchange, 409, "{\"Message\":\"The schedule exists already\"}");
        } else {
          send(exchange, 200, "{\"ScheduleArn\":\"arn:aws:scheduler:local\"}");
        }
      } catch (RefusedException e) {
        send(exchange, 400, "{\"Message\":\"" + e.getMessage() + "\"}");
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("content-type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /// @return false when the name belongs to another one
  private synchronized boolean make(Schedule schedule) {
    @Nullable Schedule before = waiting.putIfAbsent(schedule.name(), schedule);
    return before == null || before.equals(schedule);
  }

  private static Schedule schedule(HttpExchange exchange, Map<String, String> members)
      throws RefusedException {
    String name = exchange.getRequestURI().getPath().substring(PATH.length());
    String signature = exchange.getRequestHeaders().getFirst("Authorization");
    require(exchange.getRequestMethod().equals("POST"), "method");
    require(signature != null && signature.contains("/scheduler/aws4_request"), "signature");
    require(name.matches(NAME), "Name");
    require(text(members, "FlexibleTimeWindow.Mode").equals("OFF"), "FlexibleTimeWindow.Mode");
    require(text(members, "ActionAfterCompletion").equals("DELETE"), "ActionAfterCompletion");
    require(text(members, "ScheduleExpressionTimezone").equals("UTC"), "Timezone");
    requireNumber(members, "Target.RetryPolicy.MaximumRetryAttempts", 0, 185);
    requireNumber(members, "Target.RetryPolicy.MaximumEventAgeInSeconds", 60, 86_400);
    String function = text(members, "Target.Arn");
    String role = text(members, "Target.RoleArn");
    require(function.startsWith("arn:aws:lambda:"), "Target.Arn");
    require(role.startsWith("arn:aws:iam:"), "Target.RoleArn");
    return new Schedule(
        name,
        text(members, "GroupName"),
        at(text(members, "ScheduleExpression")),
        function,
        role,
        text(members, "ClientToken"));
  }

  private static Instant at(String expression) throws RefusedException {
    try {
      return LocalDateTime.parse(expression, AT).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException _) {
      throw new RefusedException("ScheduleExpression");
    }
  }

  private static String text(Map<String, String> members, String path) throws RefusedException {
    String text = members.get(path);
    if (text == null) {
      throw new RefusedException(path);
    }
    return text;
  }

  private static void requireNumber(Map<String, String> members, String path, int least, int most)
      throws RefusedException {
    String text = text(members, path);
    require(
        text.matches("[0-9]{1,6}")
            && Integer.parseInt(text) >= least
            && Integer.parseInt(text) <= most,
        path);
  }

  private static void require(boolean isRight, String what) throws RefusedException {
    if (!isRight) {
      throw new RefusedException(what);
    }
  }

  /// The values of an object by their paths: `{"a":{"b":1}}` is `a.b`.
  private static Map<String, String> members(byte[] body) throws IOException {
    Map<String, String> members = new HashMap<>();
    try (JsonParser parser = JSON.createParser(body)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isScalarValue()) {
          String path = parser.getParsingContext().pathAsPointer().toString();
          members.put(path.substring(1).replace('/', '.'), parser.getText());
        }
      }
    }
    return members;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
