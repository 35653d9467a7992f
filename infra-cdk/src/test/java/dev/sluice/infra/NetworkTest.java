package dev.sluice.infra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.infra.Template.Resource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@NeedsNode
final class NetworkTest {

  private static final String NAT_GATEWAY = "AWS::EC2::NatGateway";
  private static final String ROUTE = "AWS::EC2::Route";

  @Test
  void theOneToTryPaysForNoNatGateway() {
    Template network = Synthesis.of(Profile.DEV).stack("network");

    assertThat(network.ofType(NAT_GATEWAY)).isEmpty();
    Resource nat = network.only("AWS::EC2::Instance");
    assertThat(nat.at("InstanceType").asText()).isEqualTo("t4g.nano");
    assertThat(nat.at("SourceDestCheck").asBoolean(true)).isFalse();
    assertThat(network.root().at("/Parameters").toString()).contains("arm64");
  }

  @Test
  void itsInstanceHasRoomToInstallAndRepeatsUntilItCan() {
    Resource nat = Synthesis.of(Profile.DEV).stack("network").only("AWS::EC2::Instance");

    assertThat(nat.at("UserData/Fn::Base64").asText())
        .startsWith("#!/bin/bash\n")
        .containsSubsequence(
            "swapon /swapfile\n",
            "until dnf install -y iptables-services; do sleep 5; done\n",
            "net.ipv4.ip_forward = 1",
            "systemctl enable --now iptables\n",
            "iptables -t nat -A POSTROUTING -o \"$interface\" -j MASQUERADE\n",
            "iptables -F FORWARD\n",
            "iptables-save > /etc/sysconfig/iptables\n");
  }

  @Test
  void theOneToRelyOnHasANatGatewayInEachZone() {
    Template network = Synthesis.of(Profile.PROD).stack("network");

    assertThat(network.ofType(NAT_GATEWAY)).hasSize(2);
    assertThat(network.ofType("AWS::EC2::FlowLog")).hasSize(1);
  }

  @Test
  void egressByIpv6NeedsNothingThatCosts() {
    Synthesis synthesis = Synthesis.with(Map.of("egress", "ipv6"));
    Template network = synthesis.stack("network");

    assertThat(synthesis.messages()).isEmpty();
    assertThat(network.ofType(NAT_GATEWAY)).isEmpty();
    assertThat(network.ofType("AWS::EC2::Instance")).isEmpty();
    assertThat(network.ofType("AWS::EC2::EgressOnlyInternetGateway")).hasSize(1);
    assertThat(network.ofType(ROUTE))
        .filteredOn(route -> route.properties().has("EgressOnlyInternetGatewayId"))
        .hasSize(2)
        .allSatisfy(
            route -> assertThat(route.at("DestinationIpv6CidrBlock").asText()).isEqualTo("::/0"));
    assertThat(synthesis.stack("functions").ofType("AWS::Lambda::Function"))
        .filteredOn(function -> function.at("Runtime").asText().equals("java25"))
        .hasSize(5)
        .allSatisfy(function -> {
          assertThat(function.at("VpcConfig/Ipv6AllowedForDualStack").asBoolean()).isTrue();
          assertThat(function.at("Environment/Variables/JAVA_TOOL_OPTIONS").asText())
              .contains("-Djava.net.preferIPv6Addresses=true");
          assertThat(function.at("Environment/Variables/AWS_USE_DUALSTACK_ENDPOINT").asText())
              .isEqualTo("true");
        });
  }

  @ParameterizedTest
  @EnumSource
  void objectsAreReachedWithoutTheWayOut(Profile profile) {
    Resource endpoint = Synthesis.of(profile).stack("network").only("AWS::EC2::VPCEndpoint");

    assertThat(endpoint.at("ServiceName").toString()).contains(".s3");
    assertThat(endpoint.at("VpcEndpointType").asText()).isEqualTo("Gateway");
  }

  @ParameterizedTest
  @EnumSource
  void theDatabaseLetsTwoGroupsOfFunctionsIn(Profile profile) {
    Template network = Synthesis.of(profile).stack("network");

    assertThat(network.ofType("AWS::EC2::SecurityGroupIngress"))
        .filteredOn(rule -> Template.text(rule.at("GroupId")).equals("<Database.GroupId>"))
        .hasSize(2)
        .allSatisfy(rule -> {
          assertThat(rule.at("FromPort").asInt()).isEqualTo(5432);
          assertThat(rule.at("ToPort").asInt()).isEqualTo(5432);
          assertThat(Template.text(rule.at("SourceSecurityGroupId")))
              .isIn("<Callers.GroupId>", "<Writers.GroupId>");
        });
  }

  @ParameterizedTest
  @EnumSource
  void theDatabaseHasNoWayOut(Egress egress) {
    Template network = Synthesis.with(Map.of("egress", egress.text())).stack("network");

    assertThat(network.ofType(ROUTE))
        .isNotEmpty()
        .noneMatch(route -> Template.text(route.at("RouteTableId")).contains("database"));
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsOpenToTheWorld(Profile profile) {
    assertThat(Synthesis.of(profile).stack("network").ofType("AWS::EC2::SecurityGroup"))
        .allSatisfy(group ->
            assertThat(Template.elements(group.at("SecurityGroupIngress")))
                .noneMatch(rule -> rule.path("CidrIp").asText().equals("0.0.0.0/0")));
  }
}
