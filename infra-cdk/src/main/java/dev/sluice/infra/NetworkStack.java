package dev.sluice.infra;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.FlowLogDestination;
import software.amazon.awscdk.services.ec2.FlowLogOptions;
import software.amazon.awscdk.services.ec2.FlowLogTrafficType;
import software.amazon.awscdk.services.ec2.GatewayVpcEndpointAwsService;
import software.amazon.awscdk.services.ec2.GatewayVpcEndpointOptions;
import software.amazon.awscdk.services.ec2.Instance;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.IpAddresses;
import software.amazon.awscdk.services.ec2.IpProtocol;
import software.amazon.awscdk.services.ec2.NatInstanceProps;
import software.amazon.awscdk.services.ec2.NatInstanceProviderV2;
import software.amazon.awscdk.services.ec2.NatTrafficDirection;
import software.amazon.awscdk.services.ec2.Peer;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.SubnetConfiguration;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.UserData;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.logs.LogGroup;
import software.constructs.Construct;

/// The private network: functions in subnets with a way out, the database in subnets without one.
public final class NetworkStack extends Stack {

  private static final String RANGE = "10.71.0.0/16";
  private static final String WAY_OUT = "functions";
  private static final String NO_WAY_OUT = "database";

  /// Makes a machine of 512 MB translate addresses, however late its network is there: installing
  /// needs more memory than it has, and nobody would repeat what failed once.
  private static final String TRANSLATE =
      """
      #!/bin/bash
      dd if=/dev/zero of=/swapfile bs=1M count=1024
      chmod 600 /swapfile
      mkswap /swapfile
      swapon /swapfile
      echo '/swapfile none swap defaults 0 0' >> /etc/fstab
      until dnf install -y iptables-services; do sleep 5; done
      echo 'net.ipv4.ip_forward = 1' > /etc/sysctl.d/90-translate.conf
      sysctl -p /etc/sysctl.d/90-translate.conf
      systemctl enable --now iptables
      interface=$(ip -4 route show default | awk '{ print $5; exit }')
      iptables -t nat -A POSTROUTING -o "$interface" -j MASQUERADE
      iptables -F FORWARD
      iptables-save > /etc/sysconfig/iptables
      """;

  private final Vpc vpc;
  private final Egress egress;
  private final SecurityGroup callers;
  private final SecurityGroup writers;
  private final SecurityGroup database;

  NetworkStack(Construct scope, DeploymentContext context) {
    super(scope, context.name("network"), context.stack("network"));
    egress = context.egress();
    vpc = vpc(context);
    callers = group("Callers", "Functions that call model servers, at any port", true);
    writers = group("Writers", "Functions that call nobody but AWS and the database", false);
    database = group("Database", "The database", false);
    writers.addEgressRule(Peer.anyIpv4(), Port.tcp(443), "AWS");
    writers.addEgressRule(Peer.anyIpv6(), Port.tcp(443), "AWS");
    writers.addEgressRule(database, Port.tcp(5432), "The database");
    for (SecurityGroup group : List.of(callers, writers)) {
      database.addIngressRule(group, Port.tcp(5432), "Functions");
    }
  }

  private Vpc vpc(DeploymentContext context) {
    Sizes sizes = context.sizes();
    Vpc.Builder builder =
        Vpc.Builder.create(this, "Vpc")
            .ipAddresses(IpAddresses.cidr(RANGE))
            .maxAzs(sizes.zones())
            .gatewayEndpoints(
                Map.of(
                    "S3",
                    GatewayVpcEndpointOptions.builder()
                        .service(GatewayVpcEndpointAwsService.S3)
                        .build()))
            .subnetConfiguration(
                List.of(
                    subnet("public", SubnetType.PUBLIC),
                    subnet(WAY_OUT, SubnetType.PRIVATE_WITH_EGRESS),
                    subnet(NO_WAY_OUT, SubnetType.PRIVATE_ISOLATED)));
    Vpc made =
        switch (egress) {
          case IPV6 -> builder.ipProtocol(IpProtocol.DUAL_STACK).natGateways(0).build();
          case NAT_GATEWAY -> builder.natGateways(sizes.natGateways()).build();
          case NAT_INSTANCE -> behindInstance(builder);
        };
    logRefused(made, context);
    return made;
  }

  private void logRefused(Vpc made, DeploymentContext context) {
    switch (context.profile()) {
      case PROD -> {
        LogGroup logs =
            LogGroup.Builder.create(this, "Refused")
                .retention(LogRetention.of(context.sizes().logRetentionDays()))
                .removalPolicy(RemovalPolicy.DESTROY)
                .build();
        var _ =
            made.addFlowLog(
                "Refused",
                FlowLogOptions.builder()
                    .trafficType(FlowLogTrafficType.REJECT)
                    .destination(FlowLogDestination.toCloudWatchLogs(logs))
                    .build());
      }
      case DEV ->
          Findings.stand(
              made, "AwsSolutions-VPC7", "The profile dev keeps no record of refused traffic.");
    }
  }

  private static Vpc behindInstance(Vpc.Builder builder) {
    NatInstanceProviderV2 nat =
        new NatInstanceProviderV2(
            NatInstanceProps.builder()
                .instanceType(new InstanceType("t4g.nano"))
                .defaultAllowedTraffic(NatTrafficDirection.OUTBOUND_ONLY)
                .userData(UserData.custom(TRANSLATE))
                .build());
    Vpc vpc = builder.natGatewayProvider(nat).natGateways(1).build();
    for (Instance instance : nat.getGatewayInstances()) {
      Findings.stand(instance, "AwsSolutions-EC26", "It translates addresses and stores nothing.");
      Findings.stand(instance, "AwsSolutions-EC28", "Minutes are close enough to see it fail.");
      Findings.stand(instance, "AwsSolutions-EC29", "It holds nothing that could be lost with it.");
    }
    nat.getConnections()
        .allowFrom(Peer.ipv4(RANGE), Port.allTraffic(), "What it translates for the functions");
    return vpc;
  }

  private static SubnetConfiguration subnet(String name, SubnetType type) {
    return SubnetConfiguration.builder().name(name).subnetType(type).cidrMask(20).build();
  }

  private SecurityGroup group(String id, String description, boolean open) {
    return SecurityGroup.Builder.create(this, id)
        .vpc(vpc)
        .description(description)
        .allowAllOutbound(open)
        .allowAllIpv6Outbound(open)
        .build();
  }

  public Vpc vpc() {
    return vpc;
  }

  /// The subnets of functions.
  SubnetSelection functions() {
    return SubnetSelection.builder().subnetGroupName(WAY_OUT).build();
  }

  /// The subnets of the database.
  SubnetSelection databases() {
    return SubnetSelection.builder().subnetGroupName(NO_WAY_OUT).build();
  }

  /// Of functions that call model servers.
  SecurityGroup callers() {
    return callers;
  }

  /// Of functions that call nobody but AWS and the database.
  SecurityGroup writers() {
    return writers;
  }

  SecurityGroup database() {
    return database;
  }
}
