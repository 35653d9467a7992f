package dev.sluice.emulators;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BatchVerdictTest {

  private static final List<String> BATCH = List.of("a", "b", "c");

  @Test
  void nothingReportedIsASuccessOfAll() {
    BatchVerdict all = new BatchVerdict(BATCH, List.of());

    assertThat(BatchVerdict.of(BATCH, null)).isEqualTo(all);
    assertThat(BatchVerdict.of(BATCH, new SQSBatchResponse())).isEqualTo(all);
    assertThat(BatchVerdict.of(BATCH, reporting())).isEqualTo(all);
  }

  @Test
  void onlyTheReportedMessagesStay() {
    BatchVerdict verdict = BatchVerdict.of(BATCH, reporting("b"));

    assertThat(verdict).isEqualTo(new BatchVerdict(List.of("a", "c"), List.of("b")));
    assertThat(BatchVerdict.of(BATCH, reporting("c", "b", "a")).failed()).isEqualTo(BATCH);
    assertThat(BatchVerdict.of(BATCH, reporting("b", "b"))).isEqualTo(verdict);
  }

  @Test
  void anIdentifierThatIsNoneOfTheBatchFailsAll() {
    BatchVerdict none = BatchVerdict.failed(BATCH);

    assertThat(BatchVerdict.of(BATCH, reporting("a", "z"))).isEqualTo(none);
    assertThat(BatchVerdict.of(BATCH, reporting(""))).isEqualTo(none);
    assertThat(BatchVerdict.of(BATCH, reporting((@Nullable String) null))).isEqualTo(none);
  }

  private static SQSBatchResponse reporting(@Nullable String... ids) {
    return new SQSBatchResponse(Arrays.stream(ids).map(BatchItemFailure::new).toList());
  }
}
