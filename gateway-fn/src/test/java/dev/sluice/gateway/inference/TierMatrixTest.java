package dev.sluice.gateway.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.TierClass;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every combination of tier, endpoint, `background`, `stream` and `store`, through the whole path.
final class TierMatrixTest {

  private static final String DONE = "data: [DONE]\n\n";

  /// The first line that fits a combination says what comes of it: what the client gets, and the
  /// class of the row where there is one. An absent member is `-`, any value is `*`.
  private static final String EXPECTED =
      """
      tier        endpoint   background stream store | outcome
      gold        *          *          *      *     | 400 service_tier
      7           *          *          *      *     | 400 service_tier
      background  chat       *          *      *     | 400 service_tier
      background  embeddings *          *      *     | 400 service_tier
      background  responses  -          *      *     | 400 background
      background  responses  false      *      *     | 400 background
      background  responses  true       *      false | 400 store
      flex        *          *          *      false | 400 store
      *           responses  true       *      false | 400 store
      background  responses  true       true   *     | 200 stream BACKGROUND
      background  responses  true       *      *     | 202 queued BACKGROUND
      flex        responses  true       true   *     | 200 stream DEADLINE
      flex        responses  true       *      *     | 202 queued DEADLINE
      *           responses  true       true   *     | 200 stream PRIORITY
      *           responses  true       *      *     | 202 in_progress PRIORITY
      flex        embeddings *          *      *     | 200 json DEADLINE
      flex        *          *          true   *     | 200 stream DEADLINE
      flex        *          *          *      *     | 200 json DEADLINE
      *           embeddings *          *      *     | 200 json
      *           *          *          true   *     | 200 stream
      *           *          *          *      *     | 200 json
      """;

  record Combination(String tier, String endpoint, String background, String stream, String store) {

    /// The first line that fits.
    String line() {
      return lines()
          .filter(line -> fits(line.substring(0, line.indexOf('|')).strip().split(" +", -1)))
          .findFirst()
          .orElseThrow();
    }

    String expected() {
      return line().substring(line().indexOf('|') + 1).strip();
    }

    private boolean fits(String[] pattern) {
      List<String> values = List.of(tier, endpoint, background, stream, store);
      for (int i = 0; i < values.size(); i++) {
        if (!pattern[i].equals("*") && !pattern[i].equals(values.get(i))) {
          return false;
        }
      }
      return true;
    }

    String body() {
      String tierText = tier.equals("7") ? tier : "\"" + tier + "\"";
      return (switch (endpoint) {
            case "chat" ->
                "{\"model\":\"one\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
            case "embeddings" -> "{\"model\":\"embed\",\"input\":\"hi\"";
            default -> "{\"model\":\"talk\",\"input\":\"hi\"";
          })
          + (tier.equals("-") ? "" : ",\"service_tier\":" + tierText)
          + member("background", background)
          + member("stream", stream)
          + member("store", store)
          + "}";
    }

    private static String member(String name, String value) {
      return value.equals("-") ? "" : ",\"" + name + "\":" + value;
    }

    String path() {
      return "/v1/" + (endpoint.equals("chat") ? "chat/completions" : endpoint);
    }
  }

  static Stream<Combination> combinations() {
    List<Combination> all = new ArrayList<>();
    for (String tier :
        List.of(
            "-",
            "auto",
            "default",
            "scale",
            "fast",
            "priority",
            "flex",
            "background",
            "gold",
            "7")) {
      for (String endpoint : List.of("chat", "embeddings", "responses")) {
        for (String background : List.of("-", "true", "false")) {
          for (String stream : List.of("-", "true", "false")) {
            for (String store : List.of("-", "true", "false")) {
              all.add(new Combination(tier, endpoint, background, stream, store));
            }
          }
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void eachCombinationGetsWhatTheMatrixSays(Combination asked) {
    InferenceBench bench =
        new InferenceBench(new MalformedRequestTest.Answering(), "http://127.0.0.1:1/v1");
    bench.endQueued("{\"object\":\"response\"}");

    TestingReply reply = bench.post(asked.path(), asked.body());

    assertThat(outcome(bench, reply)).isEqualTo(asked.expected());
    assertThat(bench.wakes.get()).isEqualTo(bench.work.enqueued().size());
    assertThat(bench.queue.records().isEmpty())
        .as("only what a gateway answers is recorded through the queue")
        .isEqualTo(reply.status() == 400 || !bench.work.enqueued().isEmpty());
  }

  private static String outcome(InferenceBench bench, TestingReply reply) {
    String row =
        bench.work.enqueued().stream()
            .map(request -> " " + TierClass.of(request.data().tier()))
            .findFirst()
            .orElse("");
    return switch (reply.status()) {
          case 400 -> "400 " + reply.errorParam();
          case 202 -> "202 " + reply.json().text("status").orElse("");
          default -> reply.status() + (reply.body().endsWith(DONE) ? " stream" : " json");
        }
        + row;
  }

  @Test
  void everyLineOfTheMatrixDecidesSomething() {
    assertThat(combinations().map(Combination::line).distinct())
        .containsExactlyInAnyOrderElementsOf(lines().toList());
  }

  private static Stream<String> lines() {
    return EXPECTED.lines().skip(1);
  }
}
