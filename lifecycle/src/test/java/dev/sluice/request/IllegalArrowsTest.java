package dev.sluice.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaCompiler.CompilationTask;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/// That the compiler refuses what the state diagram does not allow.
final class IllegalArrowsTest {

  private static final List<String> STATES =
      List.of("Pending", "Claimed", "Proxied", "Dispatched", "Completed", "Failed", "Canceled");

  /// A call of each arrow, and the states that may take it.
  private record Arrow(String call, List<String> from) {}

  private static final List<Arrow> ARROWS =
      List.of(
          new Arrow("claim(claim)", List.of("Pending")),
          new Arrow("expire(at)", List.of("Pending")),
          new Arrow("start(at)", List.of("Claimed")),
          new Arrow("release()", List.of("Claimed")),
          new Arrow("drain()", List.of("Dispatched")),
          new Arrow("complete(200, false, null, at)", List.of("Dispatched")),
          new Arrow("fail(500, reason, null, at)", List.of("Dispatched")),
          new Arrow("retry(at)", List.of("Dispatched")),
          new Arrow("rescue(3, at)", List.of("Claimed", "Dispatched")),
          new Arrow("cancel(at)", List.of("Pending", "Claimed", "Dispatched")));

  /// One file for all of them, compiled once: which lines the compiler refuses is what counts.
  @Test
  void exactlyTheArrowsOfTheDiagramCompile() throws IOException {
    List<String> calls =
        ARROWS.stream()
            .flatMap(arrow -> STATES.stream().map(state -> call(state, arrow.call())))
            .toList();
    List<String> legal =
        ARROWS.stream()
            .flatMap(arrow -> arrow.from().stream().map(state -> call(state, arrow.call())))
            .toList();

    List<String> refused = refused(calls);

    assertThat(calls).hasSize(70);
    assertThat(refused)
        .containsExactlyElementsOf(calls.stream().filter(call -> !legal.contains(call)).toList());
  }

  @Test
  void aStateCannotBeSetOrPassedOffAsAnother() throws IOException {
    List<String> wrong =
        List.of(
            "Pending back = canceled.retry(at);",
            "Completed done = pending.expire(at);",
            "Dispatched call = pending.claim(claim);",
            "pending = claimed;",
            "completed.status = 500;",
            "Request.Finished finished = canceled;",
            "Request.Queued queued = proxied;",
            "int all = switch (request) { case Request.Terminal _ -> 1; };");

    assertThat(refused(wrong)).containsExactlyElementsOf(wrong);
    assertThat(refused(List.of("Request.Finished finished = completed;"))).isEmpty();
  }

  private static String call(String state, String call) {
    return "var _ = " + state.toLowerCase(Locale.ROOT) + "." + call + ";";
  }

  /// Those of the statements that do not compile, as members of a class of another package.
  private static List<String> refused(List<String> statements) throws IOException {
    StringBuilder source = new StringBuilder(header());
    long firstLine = source.chars().filter(c -> c == '\n').count() + 1;
    statements.forEach(statement -> source.append("{ ").append(statement).append(" }\n"));
    source.append("}}\n");
    return errorLines(source.toString())
        .map(line -> statements.get(Math.toIntExact(line - firstLine)))
        .distinct()
        .toList();
  }

  private static String header() {
    StringBuilder parameters = new StringBuilder("Request request, Claim claim, Instant at, ");
    parameters.append("FailureReason reason");
    STATES.forEach(state ->
        parameters.append(", ").append(state).append(' ').append(state.toLowerCase(Locale.ROOT)));
    return """
    package probe;
    import dev.sluice.request.*;
    import dev.sluice.request.Request.*;
    import java.time.Instant;
    final class Probe { void probe(%s) {
    """
        .formatted(parameters);
  }

  private static Stream<Long> errorLines(String source) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    CompilationTask task =
        compiler.getTask(
            new StringWriter(),
            null,
            diagnostics,
            List.of(
                "-proc:none",
                "-XDshould-stop.ifError=FLOW",
                "-cp",
                System.getProperty("java.class.path")),
            null,
            List.of(new Source(source)));
    // Analysed and not generated: no file is left behind.
    var _ = ((JavacTask) task).analyze();
    return diagnostics.getDiagnostics().stream()
        .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
        .map(Diagnostic::getLineNumber);
  }

  private static final class Source extends SimpleJavaFileObject {

    private final String text;

    Source(String text) {
      super(URI.create("string:///probe/Probe.java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
