package dev.sluice.local.bench;

import java.util.Arrays;
import java.util.Locale;

/// The printed lines, and the arithmetic behind them.
final class Figures {

  private Figures() {}

  /// Prints `name value unit limit`.
  static void print(String name, double value, String unit, String limit) {
    System.out.printf(Locale.ROOT, "%-56s %12.3f %-12s %s%n", name, value, unit, limit);
  }

  /// Prints the median of per-round values with the smallest and the largest.
  static void printRounds(String name, double[] values, String unit, String limit) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "%-56s %12.3f %-12s %s  (rounds %.3f to %.3f)%n",
        name,
        median(values),
        unit,
        limit,
        sorted[0],
        sorted[sorted.length - 1]);
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /// The ratio of each round.
  static double[] ratios(double[] numerators, double[] denominators) {
    double[] ratios = new double[numerators.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = numerators[i] / denominators[i];
    }
    return ratios;
  }
}
