package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.lambda.CfnFunction;
import software.amazon.awscdk.services.s3.Bucket;

/// Nothing that the kit warns of, and no finding of the AWS Solutions rules, without a reason.
@NeedsNode
final class FindingsTest {

  @ParameterizedTest
  @EnumSource
  void nothingIsFoundThatHasNoReason(Profile profile) {
    assertThat(Synthesis.of(profile).messages()).isEmpty();
  }

  @Test
  void whatHasNoReasonWouldBeFound() {
    List<String> found =
        Synthesis.messages(app -> Bucket.Builder.create(new Stack(app, "control"), "Bare").build());

    assertThat(found).anySatisfy(each -> assertThat(each).contains("AwsSolutions-S1"));
  }

  @Test
  void aTemplateThatCloudFormationWouldRefuseIsNotWritten() {
    assertThatThrownBy(() ->
            Synthesis.messages(app ->
                CfnFunction.Builder.create(new Stack(app, "control"), "Wrong")
                    .code(CfnFunction.CodeProperty.builder().zipFile("-").build())
                    .role("arn:aws:iam::123456789012:role/none")
                    .memorySize(1)
                    .build()))
        .hasMessageContaining("Validation failed");
  }
}
