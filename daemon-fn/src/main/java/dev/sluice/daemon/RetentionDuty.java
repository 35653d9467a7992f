package dev.sluice.daemon;

import dev.sluice.completion.ObjectStore;
import dev.sluice.request.DaemonRegistry.Count;
import dev.sluice.request.DaemonRegistry.Done;
import dev.sluice.request.Deadline;
import dev.sluice.request.RequestStore;
import dev.sluice.request.Retention;
import dev.sluice.request.Retention.Expired;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.Metrics;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes answers that their account keeps no longer, as their owner would, when it is the turn of
/// this pass. Large bodies go first, so that a failure leaves a row that the next pass finds; one
/// that cannot be deleted holds up no other.
final class RetentionDuty implements Duty {

  private static final Logger LOG = LoggerFactory.getLogger(RetentionDuty.class);
  private static final int PAGE = 100;
  private static final int OBJECTS_AT_ONCE = 1_000;

  private final Retention retention;
  private final RequestStore requests;
  private final ObjectStore objects;
  private final Metrics metrics;
  private final DaemonConfiguration configuration;
  private boolean hasTurn;
  private @Nullable RuntimeException fault;

  RetentionDuty(
      Retention retention,
      RequestStore requests,
      ObjectStore objects,
      Metrics metrics,
      DaemonConfiguration configuration) {
    this.retention = retention;
    this.requests = requests;
    this.objects = objects;
    this.metrics = metrics;
    this.configuration = configuration;
  }

  @Override
  public String name() {
    return "retention";
  }

  @Override
  public Pass pass(Deadline end) {
    if (!hasTurn && !retention.takeTurn(configuration.retentionEvery())) {
      return new Pass(Done.NOTHING, false);
    }
    hasTurn = true;
    List<Expired> page = retention.expired(PAGE, configuration.rescueStatementTimeout());
    Deadline until = end.orSooner(configuration.sweepTime());
    int deleted = 0;
    for (Expired expired : page) {
      if (until.hasPassed()) {
        break;
      }
      deleted += delete(expired) ? 1 : 0;
    }
    if (deleted > 0) {
      metrics.record(Metric.RETENTION_DELETED, deleted);
      LOG.atInfo()
          .addKeyValue("responses", deleted)
          .log("Answers were deleted that their accounts keep no longer");
    }
    // A page of which nothing could be deleted would come again and again.
    boolean more = page.size() == PAGE && deleted > 0;
    if (!more && fault != null) {
      throw fault;
    }
    return new Pass(Done.of(Count.RETAINED, deleted), more);
  }

  private boolean delete(Expired expired) {
    try {
      objects
          .list(expired.accountId() + "/" + expired.id().uuid() + "/", OBJECTS_AT_ONCE)
          .forEach(objects::delete);
      return requests.delete(expired.accountId(), expired.id());
    } catch (StoreUnavailableException e) {
      throw e; // No other can be deleted either.
    } catch (RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("response_id", expired.id())
          .addKeyValue("account_id", expired.accountId())
          .setCause(e)
          .log("An answer could not be deleted; the others go on");
      fault = fault == null ? e : fault;
      return false;
    }
  }
}
