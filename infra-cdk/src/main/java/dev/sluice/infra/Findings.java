package dev.sluice.infra;

import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.util.List;
import software.constructs.IConstruct;

/// Findings of the AWS Solutions rules that stand, each with its reason beside what it is about. A
/// test refuses every other one.
final class Findings {

  private Findings() {}

  /// Lets one finding about one construct and what is in it stand.
  ///
  /// @param rule `AwsSolutions-…`
  /// @param reason why it is right here
  static void stand(IConstruct construct, String rule, String reason) {
    NagSuppressions.addResourceSuppressions(
        construct,
        List.of(NagPackSuppression.builder().id(rule).reason(reason).build()),
        /* applyToChildren= */ true);
  }
}
