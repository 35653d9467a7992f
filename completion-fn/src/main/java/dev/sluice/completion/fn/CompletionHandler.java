package dev.sluice.completion.fn;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import dev.sluice.request.Deadline;
import dev.sluice.sandbox.Priming;
import dev.sluice.sandbox.SandboxLife;
import dev.sluice.store.DatabaseConfiguration;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextBuilder;
import io.micronaut.function.aws.MicronautRequestHandler;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Lambda entry point of the completion function; `ReportBatchItemFailures` is on.
///
/// Settings are `datasources.default.url`, `.username`, `.password`, `sluice.objects.directory` or
/// `sluice.objects.bucket`, `sluice.database.*` and `sluice.completion.*`. Starting opens no
/// connection. An exception means that the whole batch must come back; a repeat of an event is
/// safe. Safe for use by several threads.
///
/// A full batch says that more is waiting: then the database connection stays for the batch that
/// follows, which asks it for a sign of life first. Otherwise none is left.
public final class CompletionHandler extends MicronautRequestHandler<SQSEvent, SQSBatchResponse> {

  private static final Logger LOG = LoggerFactory.getLogger(CompletionHandler.class);

  private final CompletionBatch batch;
  private final CurrentInvocation invocation;
  private final CompletionConfiguration configuration;
  private final SandboxLife life;

  /// Configured by the environment.
  public CompletionHandler() {
    this(Map.of());
  }

  /// @param properties win over the environment
  public CompletionHandler(Map<String, Object> properties) {
    // Deducing the environment would look for cloud metadata servers at every start.
    this(
        ApplicationContext.builder().deduceEnvironment(false).banner(false).properties(properties));
    var _ = applicationContext.registerSingleton(Priming.class, new CompletionPriming());
    LOG.atInfo()
        .addKeyValue("answer_margin", configuration.answerMargin())
        .addKeyValue("time_limit", configuration.timeLimit())
        .addKeyValue("quarantine_after", configuration.quarantineAfter())
        .addKeyValue("full_batch", configuration.fullBatch())
        .addKeyValue("database", applicationContext.getBean(DatabaseConfiguration.class))
        .log("Completion function started");
  }

  /// One that neither says that it has started nor primes itself.
  public CompletionHandler(ApplicationContextBuilder builder) {
    super(builder);
    batch = applicationContext.getBean(CompletionBatch.class);
    invocation = applicationContext.getBean(CurrentInvocation.class);
    configuration = applicationContext.getBean(CompletionConfiguration.class);
    life = applicationContext.getBean(SandboxLife.class);
  }

  @Override
  public SQSBatchResponse execute(SQSEvent event) {
    Deadline deadline = invocation.takeDeadline(configuration.timeLimit());
    @Nullable List<SQSEvent.SQSMessage> records = event.getRecords();
    List<Message> messages =
        records == null ? List.of() : records.stream().map(Message::of).toList();
    boolean isLast = true;
    life.startOfInvocation();
    try {
      SQSBatchResponse response = batch.process(messages, deadline);
      isLast = messages.size() < configuration.fullBatch();
      return response;
    } finally {
      if (isLast) {
        life.endOfInvocation();
      }
    }
  }
}
