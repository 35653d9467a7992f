package dev.sluice.infra;

import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import io.github.cdklabs.cdknag.RegexAppliesTo;
import java.util.List;
import java.util.Map;
import software.constructs.IConstruct;

/// Findings of the AWS Solutions rules that stand, each with its reason, beside what it is about. A
/// test refuses every other one.
final class Findings {

  /// What in the roles of functions is not one resource, as a regular expression, and why.
  private static final Map<String, String> WILDCARDS =
      Map.of(
          "/^Resource::\\*$/",
          "Lambda makes network interfaces, which have no name before; the function's own code is denied the same actions.",
          "/secret:sluice\\/upstream\\/\\*$/",
          "Keys of model servers are secrets that people make below this prefix and name in the models file.",
          "/\\/\\?{8}-(\\?{4}-){3}\\?{12}\\/\\*$/",
          "Bodies are objects below the id of their account, which is not known before.",
          "/\\/spill\\/\\*$/",
          "Spilled records are objects below this prefix, one for each.",
          "/schedule\\/sluice-dev-daemon\\/\\*$/",
          "One-time schedules of the daemon's own group, each with a name of its own.");

  private Findings() {}

  /// Lets one finding about a construct and what is in it stand.
  ///
  /// @param rule `AwsSolutions-…`
  /// @param reason why it is right here
  static void stand(IConstruct construct, String rule, String reason) {
    stand(construct, NagPackSuppression.builder().id(rule).reason(reason).build());
  }

  /// Lets the wildcards of a function's role stand, and no other.
  static void standWildcards(IConstruct role) {
    WILDCARDS.forEach((pattern, reason) ->
        stand(
            role,
            NagPackSuppression.builder()
                .id("AwsSolutions-IAM5")
                .appliesTo(List.of(RegexAppliesTo.builder().regex(pattern).build()))
                .reason(reason)
                .build()));
  }

  private static void stand(IConstruct construct, NagPackSuppression finding) {
    NagSuppressions.addResourceSuppressions(
        construct, List.of(finding), /* applyToChildren= */ true);
  }
}
