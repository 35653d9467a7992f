package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.ObjectStore;
import dev.sluice.emulators.SqsQueues;
import dev.sluice.telemetry.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/// Requests whose end is recorded only after the daemon has presumed their gateways lost: each of
/// them is repaired, and stays one row.
@Tag(BackingServices.TAG)
final class LateFinishTest {

  @TempDir private Path directory;

  /// A call whose `started` record is a row already and whose answer has not begun.
  private record Running(FutureTask<RawHttp.Answer> answer) {

    static Running start(TestingStack stack) {
      // The demo model's first word takes 2 s, which is the time for what a test does meanwhile.
      FutureTask<RawHttp.Answer> answer =
          new FutureTask<>(() -> stack.chat("demo-slow", "word ".repeat(30).strip(), Map.of()));
      Thread.ofVirtual().start(answer);
      stack.await("select count(*) = 1 from request where state = 'processing'");
      return new Running(answer);
    }

    /// Waits for the whole answer, which says that its end is recorded, and answers the id.
    String end() throws InterruptedException, ExecutionException {
      RawHttp.Answer whole = answer.get();
      assertThat(whole.status()).isEqualTo(200);
      assertThat(whole.text()).contains("word");
      return Objects.requireNonNull(whole.headers().get("x-sluice-response-id"));
    }
  }

  @Test
  void aBacklogOfTheQueueIsRepaired() throws IOException, InterruptedException, ExecutionException {
    try (TestingStack stack = TestingStack.start(directory)) {
      Running call = Running.start(stack);
      stack.pauseCompletions();
      String id = call.end();
      presumeLost(stack, id);

      stack.resumeCompletions();

      assertRepaired(stack, id);
    }
  }

  @Test
  void aSpilledRecordIsSweptAndRepairs()
      throws IOException, InterruptedException, ExecutionException {
    try (ProxiedQueue queue = ProxiedQueue.start();
        TestingStack stack = TestingStack.start(settings(queue))) {
      ObjectStore objects = stack.objects();
      Running call = Running.start(stack);
      queue.proxy().refuse(true);
      queue.proxy().cut();
      String id = call.end();
      assertThat(objects.list("spill/", 10)).hasSize(1);
      presumeLost(stack, id);
      assertThat(objects.list("spill/", 10)).hasSize(1);

      queue.proxy().refuse(false);
      assertThat(stack.tick().number("spills_swept")).hasValue(1L);

      assertRepaired(stack, id);
      assertThat(objects.list("spill/", 10)).isEmpty();
    }
  }

  private DevSettings settings(ProxiedQueue queue) {
    return DevSettings.forTests(directory)
        .withSqs(queue.endpoint())
        .withFunctionProperties(Map.of("sluice.queue.retry-for", "500ms"));
  }

  @Test
  void aDeadLetterThatIsRedrivenTwiceRepairsOnce()
      throws IOException, InterruptedException, ExecutionException {
    try (TestingStack stack = TestingStack.start(directory)) {
      SqsQueues queues = stack.stack().queues();
      giveUpAfter(queues, 2);
      Running call = Running.start(stack);
      allowConnections(stack, false);
      String id = call.end();
      stack.await(() -> queues.counts(queues.deadLetters()).visible() == 1);
      allowConnections(stack, true);
      presumeLost(stack, id);
      String letter = queues.peekDeadLetters().getFirst().body();

      redrive(queues);

      assertRepaired(stack, id);
      String before = stack.fingerprint();
      var _ =
          queues
              .client()
              .sendMessage(r -> r.queueUrl(queues.deadLetters().url()).messageBody(letter));
      redrive(queues);
      stack.await(() -> queues.counts(queues.deadLetters()).total() == 0);
      stack.drain();
      assertThat(stack.fingerprint()).isEqualTo(before);
      assertRepaired(stack, id);
    }
  }

  private static void giveUpAfter(SqsQueues queues, int receives) {
    var _ =
        queues
            .client()
            .setQueueAttributes(r ->
                r.queueUrl(queues.completions().url())
                    .attributes(
                        Map.of(
                            QueueAttributeName.VISIBILITY_TIMEOUT,
                            "1",
                            QueueAttributeName.REDRIVE_POLICY,
                            "{\"deadLetterTargetArn\":\"%s\",\"maxReceiveCount\":\"%d\"}"
                                .formatted(queues.deadLetters().arn(), receives))));
  }

  private static void redrive(SqsQueues queues) {
    var _ =
        queues
            .client()
            .startMessageMoveTask(r ->
                r.sourceArn(queues.deadLetters().arn()).destinationArn(queues.completions().arn()));
  }

  /// The server refuses everybody who wants this database, and ends who is in it.
  private static void allowConnections(TestingStack stack, boolean allow) {
    PGSimpleDataSource server = new PGSimpleDataSource();
    server.setUrl(stack.stack().description().text("database_url").orElseThrow());
    String database = Objects.requireNonNull(server.getDatabaseName());
    server.setDatabaseName("postgres");
    try (Connection connection = server.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("alter database " + database + " with allow_connections " + allow);
      if (!allow) {
        statement.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '%s'"
                .formatted(database));
      }
    } catch (SQLException e) {
      throw new AssertionError("The server did not obey", e);
    }
  }

  /// Ages the row past the limit and lets the daemon look: the answer that its client has is, for
  /// now, one that our books call failed.
  private static void presumeLost(TestingStack stack, String id) throws IOException {
    assertThat(stack.texts("select state from request")).containsExactly("processing");
    stack.execute("update request set recorded_at = now() - interval '20 minutes 1 second'");

    assertThat(stack.tick().number("gateways_lost")).hasValue(1L);

    assertThat(stack.texts("select state || ' ' || failure_label from request"))
        .containsExactly("failed gateway_lost");
    assertThat(stack.get("/v1/responses/" + id).text())
        .contains("\"status\":\"failed\"", "gateway_lost");
  }

  private static void assertRepaired(TestingStack stack, String id) throws IOException {
    stack.await("select bool_and(state = 'completed') from request");
    stack.drain();
    assertThat(stack.texts("select id::text || ' ' || state from request"))
        .isEqualTo(List.of(id.substring("resp_".length()) + " completed"));
    assertThat(stack.count("select count(*) from response_body")).isEqualTo(1);
    assertThat(stack.get("/v1/responses/" + id).text())
        .contains("\"status\":\"completed\"", "word");
    assertThat(repairs(stack)).isEqualTo(1);
    assertThat(stack.tick().number("gateways_lost")).hasValue(0L);
  }

  private static double repairs(TestingStack stack) {
    return stack.metrics().snapshot().entrySet().stream()
        .filter(series -> series.getKey().metric() == Metric.GATEWAY_LOST_REPAIRED)
        .mapToDouble(series -> series.getValue().sum())
        .sum();
  }
}
