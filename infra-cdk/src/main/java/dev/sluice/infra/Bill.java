package dev.sluice.infra;

import java.util.EnumMap;
import java.util.Map;

/// What a month costs, in US dollars, by what it is paid for.
///
/// @param amounts of every item, which may be 0
record Bill(Map<Item, Double> amounts) {

  /// What is paid for, in the order of the table.
  enum Item {
    LAMBDA("Lambda"),
    API_GATEWAY("API Gateway"),
    QUEUES("SQS"),
    SCHEDULER("EventBridge Scheduler"),
    SERVICE("tasks, load balancer"),
    DATABASE("database"),
    EGRESS("way out to model servers"),
    FIREWALL("WAF"),
    SECRETS("secrets, key"),
    LOGS("logs"),
    METRICS("metrics, alarms, dashboard"),
    TRACES("X-Ray");

    private final String text;

    Item(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  Bill {
    EnumMap<Item, Double> complete = new EnumMap<>(Item.class);
    for (Item item : Item.values()) {
      complete.put(item, amounts.getOrDefault(item, 0.0));
    }
    amounts = Map.copyOf(complete);
  }

  double of(Item item) {
    return amounts.getOrDefault(item, 0.0);
  }

  double total() {
    return amounts.values().stream().mapToDouble(Double::doubleValue).sum();
  }
}
