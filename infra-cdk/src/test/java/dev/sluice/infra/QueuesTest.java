package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.infra.Template.Resource;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@NeedsNode
final class QueuesTest {

  @ParameterizedTest
  @EnumSource
  void everyQueueThatIsReadHasADeadLetterQueueThatOutlivesIt(Profile profile) {
    Template queues = Synthesis.of(profile).stack("queues");
    for (String name : List.of("Completions", "Wakes")) {
      Resource queue = queues.named("AWS::SQS::Queue", name);
      Resource dead = queues.named("AWS::SQS::Queue", name + "Dead");

      assertThat(queue.at("RedrivePolicy/deadLetterTargetArn/Fn::GetAtt/0").asText())
          .isEqualTo(dead.id());
      assertThat(dead.at("MessageRetentionPeriod").asLong())
          .isEqualTo(Duration.ofDays(14).toSeconds())
          .isGreaterThan(queue.at("MessageRetentionPeriod").asLong());
    }
    assertThat(queues.ofType("AWS::SQS::Queue")).hasSize(4);
  }

  @ParameterizedTest
  @EnumSource
  void aBatchStaysHiddenForSixTimesItsFunction(Profile profile) {
    Template queues = Synthesis.of(profile).stack("queues");

    assertThat(queues.named("AWS::SQS::Queue", "Completions").at("VisibilityTimeout").asInt())
        .isEqualTo(365);
    assertThat(queues.named("AWS::SQS::Queue", "Wakes").at("VisibilityTimeout").asInt())
        .isEqualTo(5_405);
    assertThat(
            queues
                .named("AWS::SQS::Queue", "Completions")
                .at("RedrivePolicy/maxReceiveCount")
                .asInt())
        .isEqualTo(100);
  }

  @ParameterizedTest
  @EnumSource
  void everyQueueIsEncryptedAndTakesTlsOnly(Profile profile) {
    Template queues = Synthesis.of(profile).stack("queues");
    List<String> guarded =
        queues.ofType("AWS::SQS::QueuePolicy").stream()
            .filter(policy -> deniesPlainText(policy.at("PolicyDocument/Statement")))
            .flatMap(policy -> Template.texts(policy.at("Queues")))
            .toList();

    for (Resource queue : queues.ofType("AWS::SQS::Queue")) {
      assertThat(queue.at("SqsManagedSseEnabled").asBoolean()).as(queue.id()).isTrue();
      assertThat(guarded).contains("<" + queue.id().replaceFirst("[0-9A-F]{8}$", "") + ">");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theBucketIsPrivateEncryptedAndTakesTlsOnly(Profile profile) {
    Template queues = Synthesis.of(profile).stack("queues");
    Resource bucket = queues.only("AWS::S3::Bucket");

    assertThat(bucket.at("PublicAccessBlockConfiguration"))
        .hasSize(4)
        .allSatisfy(each -> assertThat(each.asBoolean()).isTrue());
    assertThat(bucket.at("BucketEncryption").isMissingNode()).isFalse();
    assertThat(deniesPlainText(queues.only("AWS::S3::BucketPolicy").at("PolicyDocument/Statement")))
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void bodiesExpireAndSpilledRecordsNever(Profile profile) {
    Resource bucket = Synthesis.of(profile).stack("queues").only("AWS::S3::Bucket");
    Sizes.BatchSize records = Sizes.of(profile).completions();

    List<JsonNode> expiring =
        Template.elements(bucket.at("LifecycleConfiguration/Rules"))
            .filter(rule -> rule.has("ExpirationInDays"))
            .toList();

    assertThat(expiring)
        .allSatisfy(rule -> {
          assertThat("spill/").doesNotStartWith(rule.path("Prefix").asText("spill/"));
          assertThat(Duration.ofDays(rule.path("ExpirationInDays").asInt()))
              .isGreaterThan(records.retention().plus(Duration.ofDays(14)));
        });
    for (char digit : "0123456789abcdef".toCharArray()) {
      assertThat(expiring)
          .anySatisfy(
              rule -> assertThat(rule.path("Prefix").asText()).isEqualTo(String.valueOf(digit)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsKeptWhenTheStackGoesIsDecidedByTheProfile(Profile profile) {
    Resource bucket = Synthesis.of(profile).stack("queues").only("AWS::S3::Bucket");

    assertThat(bucket.node().path("DeletionPolicy").asText())
        .isEqualTo(
            switch (profile) {
              case DEV -> "Delete";
              case PROD -> "RetainExceptOnCreate";
            });
  }

  private static boolean deniesPlainText(JsonNode statements) {
    return Template.elements(statements)
        .anyMatch(each ->
            each.path("Effect").asText().equals("Deny")
                && each.at("/Condition/Bool/aws:SecureTransport").asText().equals("false"));
  }
}
