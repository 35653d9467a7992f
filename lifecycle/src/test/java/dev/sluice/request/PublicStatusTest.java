package dev.sluice.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class PublicStatusTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  static Stream<Arguments> states() {
    RequestData data = data(ServiceTier.DEFAULT, true, false);
    Schedule schedule = Schedule.fresh(null);
    Claim claim = new Claim(new UUID(5, 6), new UUID(7, 8), NOW);
    return Stream.of(
        Arguments.of(new Request.Pending(data, schedule), "in_progress"),
        Arguments.of(new Request.Pending(data(ServiceTier.FLEX, true, false), schedule), "queued"),
        Arguments.of(
            new Request.Pending(data(ServiceTier.BACKGROUND, true, false), schedule), "queued"),
        Arguments.of(
            new Request.Pending(data(ServiceTier.PRIORITY, true, false), schedule), "in_progress"),
        Arguments.of(new Request.Claimed(data, schedule, claim), "in_progress"),
        Arguments.of(new Request.Proxied(data), "in_progress"),
        Arguments.of(new Request.Dispatched(data, schedule, claim), "in_progress"),
        Arguments.of(new Request.Completed(data, 200, false, null, null, NOW), "completed"),
        Arguments.of(new Request.Completed(data, 200, true, null, null, NOW), "incomplete"),
        Arguments.of(
            new Request.Failed(data, 500, new FailureReason.TruncatedStream(), null, NOW),
            "failed"),
        Arguments.of(new Request.Canceled(data, null, NOW), "cancelled"));
  }

  @ParameterizedTest
  @MethodSource("states")
  void everyStateHasItsWord(Request request, String word) {
    assertThat(PublicStatus.of(request).text()).isEqualTo(word);
  }

  @ParameterizedTest
  @EnumSource(PublicStatus.class)
  void everyWordIsRead(PublicStatus status) {
    assertThat(PublicStatus.ofText(status.text())).contains(status);
  }

  @Test
  void unknownWordsAreNone() {
    assertThat(PublicStatus.ofText("canceled")).isEmpty();
    assertThat(PublicStatus.ofText("Completed")).isEmpty();
    assertThat(ServiceTier.ofText("auto")).isEmpty();
    assertThat(ServiceTier.ofText("flex")).contains(ServiceTier.FLEX);
    assertThat(Endpoint.ofPath("/v1/embeddings")).contains(Endpoint.EMBEDDINGS);
    assertThat(Endpoint.ofPath("/v1/embeddings/")).isEmpty();
    assertThat(Endpoint.ofLabel("chat")).contains(Endpoint.CHAT_COMPLETIONS);
    assertThat(Endpoint.ofLabel("Chat")).isEmpty();
  }

  @Test
  void onlyStoredRequestsThatAreNotDeletedAreVisible() {
    assertThat(data(ServiceTier.DEFAULT, true, false).isVisible()).isTrue();
    assertThat(data(ServiceTier.DEFAULT, false, false).isVisible()).isFalse();
    assertThat(data(ServiceTier.DEFAULT, true, true).isVisible()).isFalse();
  }

  private static RequestData data(ServiceTier tier, boolean store, boolean deleted) {
    return new RequestData(
        new ResponseId(new UUID(1, 1)),
        new UUID(2, 2),
        "key00001",
        Endpoint.CHAT_COMPLETIONS,
        "model",
        tier,
        false,
        false,
        store,
        NOW,
        NOW,
        null,
        false,
        deleted);
  }
}
