package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.infra.Bill.Item;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CostCalculatorTest {

  private static final Workload FLEX = new Workload(0, 1_000_000);
  private static final Workload REALTIME = new Workload(1_000_000, 0);

  /// Goal P9: a run is billed once for all calls that it has in flight.
  @ParameterizedTest
  @EnumSource
  void aMillionFlexCallsCostAFiftiethOfOneInvocationEach(Profile profile) {
    CostCalculator calculator = calculator(profile);

    double ours = calculator.daemonSeconds(FLEX) - calculator.daemonSeconds(Workload.IDLE);

    assertThat(ours).isLessThanOrEqualTo(calculator.oneInvocationEach(FLEX) / 50);
  }

  /// By hand: 1 GB × 4.05 s, and 2 GB × 4 s / 200 in flight.
  @Test
  void gigabyteSecondsAreMemoryTimesTheTimeThatSomebodyWaits() {
    CostCalculator calculator = calculator(Profile.PROD);

    assertThat(calculator.gatewaySeconds(REALTIME)).isEqualTo(4_050_000, within(1.0));
    assertThat(calculator.daemonSeconds(FLEX) - calculator.daemonSeconds(Workload.IDLE))
        .isEqualTo(40_000, within(1.0));
  }

  /// Goal P8: two records of 8 KB take at most 2.6 units.
  @Test
  void unitsOfTheQueueAreThoseOfSendingReadingAndDeleting() {
    assertThat(2 * CostCalculator.unitsOfMessage(Workload.REQUEST_BYTES))
        .isEqualTo(2.6, within(0.01));
    assertThat(CostCalculator.unitsOfMessage(64 * 1024)).isEqualTo(2.1, within(0.01));
  }

  @Test
  void anIdleDeploymentPaysForNoRequests() {
    Bill idle = calculator(Profile.DEV).bill(Workload.IDLE);

    assertThat(idle.of(Item.API_GATEWAY)).isZero();
    assertThat(idle.of(Item.LAMBDA)).isLessThan(0.05);
    assertThat(idle.of(Item.FIREWALL)).isZero();
  }

  /// The database is the largest part of an idle deployment, and pauses between hourly ticks.
  @Test
  void aDatabaseThatPausesIsPaidWhileItIsAwake() {
    double paused = calculator(Profile.DEV).bill(Workload.IDLE).of(Item.DATABASE);
    double awake = calculator(Profile.DEV).bill(Workload.MILLION_OF_EACH).of(Item.DATABASE);

    assertThat(paused).isLessThan(awake / 8);
  }

  @Test
  void anInstanceIsPaidAlwaysAndTwiceInTwoZones() {
    double one = instance(Profile.DEV).bill(Workload.IDLE).of(Item.DATABASE);
    double two = instance(Profile.PROD).bill(Workload.IDLE).of(Item.DATABASE);

    assertThat(one).isEqualTo(730 * 0.016 + 20 * 0.115, within(0.01));
    assertThat(two).isEqualTo(2 * (730 * 0.065 + 50 * 0.115), within(0.01));
  }

  @Test
  void beforeTheBreakEvenWeAreCheaperAndAfterItTheTasksAre() {
    CostCalculator calculator = calculator(Profile.PROD);
    long calls = Math.round(calculator.breakEven());

    assertThat(calls).isPositive();
    Workload fewer = new Workload(calls * 9 / 10, 0);
    Workload more = new Workload(calls * 11 / 10, 0);
    assertThat(calculator.bill(fewer).total()).isLessThan(calculator.alwaysOn(fewer).total());
    assertThat(calculator.bill(more).total()).isGreaterThan(calculator.alwaysOn(more).total());
  }

  @Test
  void aClassWithoutAKnownPriceIsSaidToBeLeftOut() {
    DeploymentContext context =
        Synthesis.context(
            Map.of("profile", "dev", "database", "rds-instance", "instance-class", "r8g.large"));

    assertThat(CostCalculator.of(context).idle())
        .matches("\\d+ USD .*, and the database instance.*");
    assertThat(calculator(Profile.PROD).idle()).matches("\\d+ USD \\(us-east-1.*\\)");
  }

  @Test
  void enoughSeriesArePaidForAllMetricsTwice() {
    assertThat(Inventory.METRICS).isGreaterThanOrEqualTo(2 * Tables.rows("metrics.json").size());
  }

  private static CostCalculator calculator(Profile profile) {
    return new CostCalculator(
        profile, Egress.NAT_INSTANCE, DatabaseKind.AURORA_SERVERLESS, Sizes.of(profile));
  }

  private static CostCalculator instance(Profile profile) {
    return new CostCalculator(
        profile, Egress.NAT_INSTANCE, DatabaseKind.RDS_INSTANCE, Sizes.of(profile));
  }
}
