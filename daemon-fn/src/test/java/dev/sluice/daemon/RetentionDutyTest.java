package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.completion.ObjectStore;
import dev.sluice.request.Deadline;
import dev.sluice.request.RequestStore;
import dev.sluice.request.ResponseId;
import dev.sluice.request.Retention;
import dev.sluice.telemetry.Metric;
import dev.sluice.telemetry.MetricSeries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class RetentionDutyTest {

  private static final UUID ACCOUNT = new UUID(1, 1);
  private static final Duration TEN = Duration.ofSeconds(10);

  private final MetricSeries metrics = new MetricSeries();
  private final List<ResponseId> deleted = new ArrayList<>();
  private final UncheckedIOException fault = new UncheckedIOException(new IOException("bad"));

  @Test
  void anObjectThatCannotBeDeletedHoldsUpNoOther() {
    Duty duty =
        new RetentionDuty(
            retention(),
            requests(),
            objects(),
            metrics,
            new DaemonConfiguration(
                TEN, 1, Duration.ofSeconds(1), 1, 3, TEN, TEN, 1, TEN, TEN, TEN, TEN));

    assertThatThrownBy(() -> duty.pass(Deadline.in(TEN))).isSameAs(fault);

    assertThat(deleted).containsExactly(id(1), id(3));
    assertThat(Fixture.total(metrics, Metric.RETENTION_DELETED)).isEqualTo(2);
  }

  private static ResponseId id(int number) {
    return new ResponseId(new UUID(7, number));
  }

  private static Retention retention() {
    return new Retention() {
      @Override
      public boolean takeTurn(Duration every) {
        return true;
      }

      @Override
      public List<Expired> expired(int limit, Duration within) {
        return List.of(1, 2, 3).stream()
            .map(number -> new Expired(ACCOUNT, id(number), TestingClaimStore.NOON))
            .toList();
      }
    };
  }

  private RequestStore requests() {
    return (RequestStore)
        Proxy.newProxyInstance(
            RequestStore.class.getClassLoader(),
            new Class<?>[] {RequestStore.class},
            (_, _, arguments) -> deleted.add((ResponseId) arguments[1]));
  }

  /// The second answer has a body that nobody can reach.
  private ObjectStore objects() {
    return new ObjectStore() {
      @Override
      public void put(String name, byte[] bytes) {
        throw new IllegalStateException("Nothing is put");
      }

      @Override
      public Optional<byte[]> get(String name) {
        throw new IllegalStateException("Nothing is read");
      }

      @Override
      public List<String> list(String prefix, String after, int limit) {
        if (prefix.contains(id(2).uuid().toString())) {
          throw fault;
        }
        return List.of();
      }

      @Override
      public void delete(String name) {
        throw new IllegalStateException("Nothing is there");
      }
    };
  }
}
