package dev.sluice.infra;

import java.util.List;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.wafv2.CfnWebACL;
import software.amazon.awscdk.services.wafv2.CfnWebACLAssociation;

/// The firewall before the API: it stops an address that sends too much, before functions run for
/// it. It reads no body, so it can neither log nor misjudge a prompt.
final class Firewall {

  private Firewall() {}

  static void before(Stack stack, String name, String stageArn) {
    CfnWebACL firewall =
        CfnWebACL.Builder.create(stack, "Firewall")
            .name(name)
            .scope("REGIONAL")
            .defaultAction(
                CfnWebACL.DefaultActionProperty.builder()
                    .allow(CfnWebACL.AllowActionProperty.builder().build())
                    .build())
            .visibilityConfig(counted(name))
            .rules(List.of(rate()))
            .build();
    CfnWebACLAssociation.Builder.create(stack, "FirewallOfStage")
        .resourceArn(stageArn)
        .webAclArn(firewall.getAttrArn())
        .build();
  }

  private static CfnWebACL.RuleProperty rate() {
    return CfnWebACL.RuleProperty.builder()
        .name("rate")
        .priority(0)
        .action(
            CfnWebACL.RuleActionProperty.builder()
                .block(CfnWebACL.BlockActionProperty.builder().build())
                .build())
        .statement(
            CfnWebACL.StatementProperty.builder()
                .rateBasedStatement(
                    CfnWebACL.RateBasedStatementProperty.builder()
                        .aggregateKeyType("IP")
                        .limit(ApiLimits.of(Profile.PROD).ofOneAddress())
                        .evaluationWindowSec(300)
                        .build())
                .build())
        .visibilityConfig(counted("rate"))
        .build();
  }

  /// Counted, but no requests are kept as samples.
  private static CfnWebACL.VisibilityConfigProperty counted(String name) {
    return CfnWebACL.VisibilityConfigProperty.builder()
        .metricName(name)
        .cloudWatchMetricsEnabled(true)
        .sampledRequestsEnabled(false)
        .build();
  }
}
