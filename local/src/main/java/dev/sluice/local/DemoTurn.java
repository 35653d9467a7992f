package dev.sluice.local;

import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.local.DemoDirective.Ending;
import dev.sluice.local.DemoForm.Frame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One answer of a demo model on the wire: in its own time, and broken where the prompt says so.
///
/// @param reply what it says
/// @param form how that is written
record DemoTurn(DemoAsk ask, DemoReply reply, DemoForm form, boolean stream) {

  private static final Duration SLOW_START = Duration.ofSeconds(2);
  private static final Duration SLOW_TOKEN = Duration.ofMillis(50);

  UpstreamAnswer answer() {
    Optional<DemoDirective> directive =
        ask.model() == DemoModel.FLAKY
            ? DemoDirective.in(ask.prompt().last("user").text())
            : Optional.empty();
    return directive.map(this::fail).orElseGet(this::succeed);
  }

  private UpstreamAnswer fail(DemoDirective directive) {
    return switch (directive) {
      case DemoDirective.Fail(int status) ->
          DemoJson.error(
              status, "demo_failure", null, "The prompt asked for status " + status + ".");
      case DemoDirective.EndAtOnce(Ending ending) -> end(UpstreamAnswer.empty(), ending, 0);
      case DemoDirective.EndAfter(Ending ending, int tokens) -> endAfter(ending, tokens);
      case DemoDirective.Garbage() ->
          UpstreamAnswer.complete(
              200,
              Map.of("content-type", "text/html"),
              "<html><body>Welcome to nginx!</body></html>".getBytes(StandardCharsets.UTF_8));
      case DemoDirective.Hang() -> UpstreamAnswer.never();
    };
  }

  private UpstreamAnswer end(UpstreamAnswer answer, Ending ending, int tokens) {
    return switch (ending) {
      case RESET -> answer.reset();
      case EOF -> answer.eof();
      case ERROR -> send(answer, form.failing(tokens), Duration.ZERO).end();
    };
  }

  private UpstreamAnswer endAfter(Ending ending, int tokens) {
    if (stream) {
      List<Frame> some = form.deltas().stream().limit(tokens).toList();
      return end(open(some), ending, some.size());
    }
    byte[] whole = DemoJson.text(form.whole()).getBytes(StandardCharsets.UTF_8);
    String half = new String(whole, 0, whole.length / 2, StandardCharsets.ISO_8859_1);
    return ending == Ending.ERROR
        ? DemoJson.error(500, "demo_failure", null, "The prompt asked for this.")
        : end(
            UpstreamAnswer.empty()
                .send(
                    ("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
                            + whole.length
                            + "\r\n\r\n"
                            + half)
                        .getBytes(StandardCharsets.ISO_8859_1)),
            ending,
            0);
  }

  private UpstreamAnswer succeed() {
    if (stream) {
      return send(open(form.deltas()), form.closing(), Duration.ZERO).end();
    }
    UpstreamAnswer answer = DemoJson.answer(form.whole());
    return isSlow()
        ? UpstreamAnswer.empty()
            .delay(SLOW_START.plus(SLOW_TOKEN.multipliedBy(reply.tokens().size())))
            .then(answer.actions().getFirst())
        : answer;
  }

  private UpstreamAnswer open(List<Frame> deltas) {
    UpstreamAnswer head = UpstreamAnswer.eventStream();
    UpstreamAnswer opened =
        send(isSlow() ? head.delay(SLOW_START) : head, form.opening(), Duration.ZERO);
    return send(opened, deltas, isSlow() ? SLOW_TOKEN : Duration.ZERO);
  }

  private static UpstreamAnswer send(UpstreamAnswer answer, List<Frame> frames, Duration pause) {
    UpstreamAnswer longer = answer;
    for (Frame frame : frames) {
      longer = pause.isZero() ? longer : longer.delay(pause);
      String name = frame.name();
      longer =
          name == null
              ? longer.event(frame.data())
              : longer.chunk(
                  ("event: " + name + "\ndata: " + frame.data() + "\n\n")
                      .getBytes(StandardCharsets.UTF_8));
    }
    return longer;
  }

  private boolean isSlow() {
    return ask.model() == DemoModel.SLOW;
  }
}
