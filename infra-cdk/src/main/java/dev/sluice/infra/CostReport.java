package dev.sluice.infra;

import dev.sluice.infra.Bill.Item;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// The table of monthly costs in README.md, printed.
///
/// ```text
/// ./mvnw -q -Pcost
/// ```
final class CostReport {

  private static final PrintStream OUT = System.out;

  private CostReport() {}

  public static void main(String[] arguments) {
    OUT.print(markdown());
  }

  /// The table and the sums below it.
  static String markdown() {
    CostCalculator dev = calculator(Profile.DEV, Egress.NAT_INSTANCE);
    CostCalculator prod = calculator(Profile.PROD, Egress.NAT_GATEWAY);
    Map<String, Bill> bills = new LinkedHashMap<>();
    bills.put("dev, idle", dev.bill(Workload.IDLE));
    bills.put("prod, idle", prod.bill(Workload.IDLE));
    bills.put("dev, 1 M + 1 M", dev.bill(Workload.MILLION_OF_EACH));
    bills.put("prod, 1 M + 1 M", prod.bill(Workload.MILLION_OF_EACH));
    bills.put("two tasks, 1 M + 1 M", prod.alwaysOn(Workload.MILLION_OF_EACH));
    return table(bills) + "\n" + sums(prod);
  }

  private static CostCalculator calculator(Profile profile, Egress egress) {
    return new CostCalculator(profile, egress, DatabaseKind.AURORA_SERVERLESS, Sizes.of(profile));
  }

  private static String table(Map<String, Bill> bills) {
    StringBuilder table = new StringBuilder("| USD a month");
    bills.keySet().forEach(name -> table.append(" | ").append(name));
    table.append(" |\n|---").append("|---:".repeat(bills.size())).append("|\n");
    for (Item item : Item.values()) {
      row(table, item.text(), bills, bill -> bill.of(item));
    }
    row(table, "**total**", bills, Bill::total);
    return table.toString();
  }

  private static void row(
      StringBuilder table, String name, Map<String, Bill> bills, ToDoubleFunction<Bill> amount) {
    table.append("| ").append(name);
    for (Bill bill : bills.values()) {
      table.append(" | ").append(dollars(amount.applyAsDouble(bill)));
    }
    table.append(" |\n");
  }

  private static String dollars(double amount) {
    return amount == 0 ? "–" : String.format(Locale.ROOT, "%.2f", amount);
  }

  private static String sums(CostCalculator prod) {
    Workload realtime = new Workload(1_000_000, 0);
    Workload flex = new Workload(0, 1_000_000);
    double busy = prod.busyDaemonSeconds() * Prices.LAMBDA_GIGABYTE_SECOND;
    return String.format(
        Locale.ROOT,
        """
        - Prices of us-east-1 for arm64, on demand, of %s; no free tier; without model servers, backups and support.
        - A million realtime calls of %d s: %,.0f GB-s of the gateway. A million flex calls: %,.0f GB-s of the daemon, which has %.0f in flight; %,.0f if each had an invocation of its own.
        - Flex calls that do not come in bulk but one by one keep a run of the daemon alive all the time: %.2f more a month, however many they are.
        - Two tasks that run all the time are cheaper from %.1f million realtime calls a month on.
        """,
        Prices.DATE,
        Workload.MODEL_CALL.toSeconds(),
        prod.gatewaySeconds(realtime),
        prod.daemonSeconds(flex) - prod.daemonSeconds(Workload.IDLE),
        Workload.SLOTS * Workload.SLOTS_IN_USE,
        prod.oneInvocationEach(flex),
        busy,
        prod.breakEven() / 1e6);
  }
}
