package dev.sluice.completion.fn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

final class BatchResponseTest {

  private static final Logger LOG = LoggerFactory.getLogger(BatchResponseTest.class);

  @Test
  void nothingFailedIsAnEmptyList() {
    assertThat(BatchResponse.of(List.of("a", "b"), List.of()).getBatchItemFailures()).isEmpty();
  }

  @Test
  void anIdentifierThatCannotBeNamedIsAnException() {
    for (@Nullable String id : Arrays.asList(null, "", " ", "unknown")) {
      assertThatThrownBy(() -> BatchResponse.of(Arrays.asList("a", null, "", " "), listOf(id)))
          .as("%s", id)
          .isInstanceOf(IllegalStateException.class);
    }
  }

  private static List<@Nullable String> listOf(@Nullable String id) {
    List<@Nullable String> one = new ArrayList<>();
    one.add(id);
    return one;
  }

  @Test
  void whatLambdaDeletesWasNeverReported() {
    long seed = Long.getLong("sluice.test.seed", 20261121L);
    LOG.atWarn().addKeyValue("seed", seed).log("Random outcomes");
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    int rounds = 5_000 * Integer.getInteger("sluice.test.scale", 1);
    int thrown = 0;
    for (int round = 0; round < rounds; round++) {
      List<@Nullable String> delivered = new ArrayList<>();
      List<@Nullable String> failed = new ArrayList<>();
      int size = random.nextInt(12);
      for (int i = 0; i < size; i++) {
        @Nullable String id =
            switch (random.nextInt(40)) {
              case 0 -> null;
              case 1 -> "";
              default -> "m" + random.nextInt(10);
            };
        delivered.add(id);
        if (random.nextInt(3) == 0) {
          failed.add(random.nextInt(60) == 0 ? "stranger" : id);
        }
      }
      Set<@Nullable String> deleted;
      try {
        deleted = deletedByLambda(delivered, BatchResponse.of(delivered, failed));
      } catch (IllegalStateException _) {
        deleted = Set.of(); // an exception brings everything back
        thrown++;
      }

      if (!failed.isEmpty()) {
        assertThat(deleted).doesNotContainAnyElementsOf(failed);
      } else {
        assertThat(deleted).containsExactlyInAnyOrderElementsOf(new HashSet<>(delivered));
      }
    }
    assertThat(thrown).isBetween(1, rounds / 2);
  }

  /// Lambda's rules: a null, empty or unknown name brings everything back, otherwise what is not
  /// named is deleted.
  private static Set<@Nullable String> deletedByLambda(
      List<@Nullable String> delivered, SQSBatchResponse response) {
    Set<@Nullable String> deleted = new HashSet<>(delivered);
    for (BatchItemFailure failure : response.getBatchItemFailures()) {
      @Nullable String name = failure.getItemIdentifier();
      if (name == null || name.isEmpty() || !delivered.contains(name)) {
        return Set.of();
      }
      deleted.remove(name);
    }
    return deleted;
  }
}
