package dev.sluice.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SandboxLifeTest {

  private final List<String> events = new ArrayList<>();
  private final HeldConnections database = holder("database", true);
  private final HeldConnections upstreams = holder("upstreams", false);
  private final HeldConnections broken =
      () -> {
        throw new IllegalStateException("cannot be closed");
      };
  private final Remembered secrets = () -> events.add("secrets");

  @Test
  void everyConnectionGoesWithTheInvocation() {
    life(false).endOfInvocation();

    assertThat(events).containsExactly("database", "upstreams");
  }

  @Test
  void connectionsThatWereLeftAreAskedBeforeTheyAreUsedAgain() {
    life(false).startOfInvocation();
    life(true).startOfInvocation();

    assertThat(events).containsExactly("database?", "upstreams?");
  }

  @Test
  void onlyScarceConnectionsGoBeforeAWaitAndOnlyBeforeALongOne() {
    SandboxLife life = life(false);

    life.beforeWait(Duration.ofMillis(999));
    assertThat(events).isEmpty();

    life.beforeWait(Duration.ofSeconds(1));
    life.beforeWait();
    assertThat(events).containsExactly("database", "database");
  }

  @Test
  void aProcessThatIsNeverFrozenKeepsItsConnections() {
    SandboxLife life = life(true);

    life.beforeWait();
    life.beforeWait(Duration.ofMinutes(1));
    life.endOfInvocation();

    assertThat(events).isEmpty();
  }

  @Test
  void aSnapshotHoldsNeitherConnectionsNorSecrets() {
    life(true).beforeSnapshot();

    assertThat(events).containsExactly("database", "upstreams", "secrets");
  }

  private SandboxLife life(boolean keepConnections) {
    return new SandboxLife(
        () -> List.of(broken, database, upstreams), () -> List.of(secrets), keepConnections);
  }

  private HeldConnections holder(String name, boolean scarce) {
    return new HeldConnections() {
      @Override
      public void release() {
        events.add(name);
      }

      @Override
      public void verify() {
        events.add(name + "?");
      }

      @Override
      public boolean isScarce() {
        return scarce;
      }
    };
  }
}
