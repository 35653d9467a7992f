package dev.sluice.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ResponseIdsTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00.123Z");
  private static final UUID ACCOUNT = UUID.fromString("00000000-0000-4000-8000-00000000000a");
  private static final UUID OTHER = UUID.fromString("00000000-0000-4000-8000-00000000000b");
  private static final String CANONICAL = "019aa5d5-6a3b-7000-8000-000000000001";

  private final byte[] key = new byte[32];
  private final ResponseIds ids =
      new ResponseIds(key, InstantSource.fixed(NOW), new SecureRandom());

  @Test
  void anIdIsAUuidOfVersionSevenWithTheTimeOfItsMaking() {
    for (int i = 0; i < 1_000; i++) {
      ResponseId id = ids.next(ACCOUNT);

      assertThat(id.uuid().version()).isEqualTo(7);
      assertThat(id.uuid().variant()).isEqualTo(2);
      assertThat(id.epochMillis()).isEqualTo(NOW.toEpochMilli());
      assertThat(id.text()).matches("resp_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
      assertThat(ResponseId.parse(id.text())).contains(id);
    }
  }

  @Test
  void theTagIsTheStartOfAnHmacOverAccountAndTheOtherBits() throws GeneralSecurityException {
    UUID uuid = ids.next(ACCOUNT).uuid();
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    byte[] input =
        ByteBuffer.allocate(28)
            .putLong(ACCOUNT.getMostSignificantBits())
            .putLong(ACCOUNT.getLeastSignificantBits())
            .putLong(uuid.getMostSignificantBits())
            .putInt((int) (uuid.getLeastSignificantBits() >>> 32))
            .array();

    int tag = ByteBuffer.wrap(mac.doFinal(input)).getInt();

    assertThat((int) uuid.getLeastSignificantBits()).isEqualTo(tag);
  }

  @Test
  void anIdCanBelongToItsAccountOnly() {
    byte[] otherKey = new byte[32];
    Arrays.fill(otherKey, (byte) 1);
    ResponseIds elsewhere = new ResponseIds(otherKey, InstantSource.fixed(NOW), new SecureRandom());

    for (int i = 0; i < 1_000; i++) {
      ResponseId id = ids.next(ACCOUNT);

      assertThat(ids.canBelongTo(ACCOUNT, id)).isTrue();
      assertThat(ids.canBelongTo(OTHER, id)).isFalse();
      assertThat(elsewhere.canBelongTo(ACCOUNT, id)).isFalse();
    }
  }

  @Test
  void everyChangedBitBreaksTheTag() {
    UUID uuid = ids.next(ACCOUNT).uuid();

    for (int bit = 0; bit < 64; bit++) {
      UUID high =
          new UUID(uuid.getMostSignificantBits() ^ (1L << bit), uuid.getLeastSignificantBits());
      UUID low =
          new UUID(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits() ^ (1L << bit));

      assertThat(ids.canBelongTo(ACCOUNT, new ResponseId(high))).as("high %d", bit).isFalse();
      assertThat(ids.canBelongTo(ACCOUNT, new ResponseId(low))).as("low %d", bit).isFalse();
    }
  }

  @Test
  void idsOfOneMillisecondDiffer() {
    Set<ResponseId> made = new HashSet<>();

    for (int i = 0; i < 10_000; i++) {
      assertThat(made.add(ids.next(ACCOUNT))).isTrue();
    }
  }

  @Test
  void aShortKeyIsRefused() {
    assertThatThrownBy(
            () -> new ResponseIds(new byte[31], InstantSource.fixed(NOW), new SecureRandom()))
        .hasMessageContaining("31 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {CANONICAL, "resp_" + CANONICAL})
  void bothFormsAreRead(String text) {
    assertThat(ResponseId.parse(text).orElseThrow().text()).isEqualTo("resp_" + CANONICAL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "resp_",
        "resp_resp_" + CANONICAL,
        "RESP_" + CANONICAL,
        "msg_" + CANONICAL,
        "resp_" + CANONICAL + " ",
        " " + CANONICAL,
        "019AA5D5-6A3B-7000-8000-000000000001",
        "019aa5d56a3b70008000000000000001",
        "{019aa5d5-6a3b-7000-8000-000000000001}",
        "019aa5d5-6a3b-7000-8000-00000000000g",
        "19aa5d5-6a3b-7000-8000-000000000001",
        "1-1-1-1-1",
        "019aa5d5-6a3b-7000-8000-0000000000०1"
      })
  void everythingElseIsNoId(String text) {
    assertThat(ResponseId.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "00000000-0000-7000-8000-000000000000, 00000000-0000-7000-8000-000000000001",
    "7fffffff-ffff-7000-8000-000000000000, 80000000-0000-7000-8000-000000000000",
    "00000000-0000-7000-8000-000000000000, 00000000-0000-7000-c000-000000000000",
    "00000000-0000-7000-7fff-000000000000, 00000000-0000-7000-8000-000000000000"
  })
  void theOrderIsThatOfTheBytes(String smaller, String larger) {
    ResponseId first = new ResponseId(UUID.fromString(smaller));
    ResponseId second = new ResponseId(UUID.fromString(larger));

    assertThat(first).isLessThan(second);
    assertThat(second).isGreaterThan(first);
    assertThat(first).isEqualByComparingTo(first);
  }
}
