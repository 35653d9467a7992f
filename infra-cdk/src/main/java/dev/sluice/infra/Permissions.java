package dev.sluice.infra;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.secretsmanager.ISecret;

/// What each function may do on AWS: these lists, and writing its logs. They follow the clients
/// that the functions make (`dev.sluice.aws`); a test walks the templates and knows no other.
final class Permissions {

  /// Keys of model servers are secrets of names that begin so, made by whoever runs the deployment.
  static final String UPSTREAM_SECRETS = "sluice/upstream/*";

  /// Bodies lie below the id of their account, so that no such permission is one on `spill/`.
  static final String BODIES = "????????-????-????-????-????????????/*";

  static final String SPILLED = "spill/*";

  /// What Lambda does to attach a function to a network, on resources that do not exist yet.
  static final List<String> INTERFACES =
      List.of(
          "ec2:AssignPrivateIpAddresses",
          "ec2:CreateNetworkInterface",
          "ec2:DeleteNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:UnassignPrivateIpAddresses");

  private final Stack stack;
  private final DatabaseStack database;
  private final QueuesStack queues;
  private final DeploymentSecrets secrets;

  Permissions(Stack stack, DatabaseStack database, QueuesStack queues, DeploymentSecrets secrets) {
    this.stack = stack;
    this.database = database;
    this.queues = queues;
    this.secrets = secrets;
  }

  static PolicyStatement allow(String sid, List<String> actions, List<String> resources) {
    return PolicyStatement.Builder.create().sid(sid).actions(actions).resources(resources).build();
  }

  /// Records of its calls go to the queue, or where they are too large or it is away, to the
  /// bucket.
  List<PolicyStatement> inference() {
    return List.of(
        connect("sluice_gateway"),
        secrets(List.of(secrets.idKey(), secrets.peppers())),
        upstreamSecrets(),
        allow(
            "SendRecordsAndWakes",
            List.of("sqs:SendMessage"),
            List.of(queues.completions().getQueueArn(), queues.wakes().getQueueArn())),
        allow(
            "KeepBodiesAndSpill",
            List.of("s3:PutObject"),
            List.of(objects(BODIES), objects(SPILLED))));
  }

  /// It reads, deletes, and asks whether the queue is there.
  List<PolicyStatement> api() {
    return List.of(
        connect("sluice_gateway"),
        secrets(List.of(secrets.idKey(), secrets.peppers(), secrets.adminKey())),
        askForQueue(),
        list(),
        allow("DeleteBodies", List.of("s3:DeleteObject"), List.of(objects(BODIES))));
  }

  List<PolicyStatement> completion() {
    return List.of(
        connect("sluice_completion"),
        secrets(List.of(secrets.idKey())),
        take("TakeRecords", queues.completions().getQueueArn()),
        list(),
        allow("ReadBodies", List.of("s3:GetObject"), List.of(objects(BODIES))));
  }

  /// @param schedules where it makes one-time schedules; empty where it does not
  List<PolicyStatement> daemon(Optional<OneTimeSchedules> schedules) {
    List<PolicyStatement> all =
        new ArrayList<>(
            List.of(
                connect("sluice_daemon"),
                secrets(List.of(secrets.idKey())),
                upstreamSecrets(),
                take("TakeWakes", queues.wakes().getQueueArn()),
                allow(
                    "SendSpilledRecords",
                    List.of("sqs:SendMessage"),
                    List.of(queues.completions().getQueueArn())),
                askForQueue(),
                list(),
                allow("ReadSpilled", List.of("s3:GetObject"), List.of(objects(SPILLED))),
                allow(
                    "DeleteSentAndExpired",
                    List.of("s3:DeleteObject"),
                    List.of(objects(BODIES), objects(SPILLED)))));
    schedules.map(OneTimeSchedules::allowed).ifPresent(all::addAll);
    return all;
  }

  /// As the master user, who makes the roles of the others.
  List<PolicyStatement> migration() {
    return List.of(secrets("ReadMasterSecret", List.of(database.master())));
  }

  private PolicyStatement connect(String role) {
    return allow("Connect", List.of("rds-db:connect"), List.of(database.connectArn(role)));
  }

  private static PolicyStatement secrets(List<ISecret> of) {
    return secrets("ReadSecrets", of);
  }

  private static PolicyStatement secrets(String sid, List<ISecret> of) {
    return allow(
        sid,
        List.of("secretsmanager:GetSecretValue"),
        of.stream().map(ISecret::getSecretArn).toList());
  }

  private PolicyStatement upstreamSecrets() {
    return allow(
        "ReadUpstreamKeys",
        List.of("secretsmanager:GetSecretValue"),
        List.of(
            stack.formatArn(
                ArnComponents.builder()
                    .service("secretsmanager")
                    .resource("secret")
                    .arnFormat(ArnFormat.COLON_RESOURCE_NAME)
                    .resourceName(UPSTREAM_SECRETS)
                    .build())));
  }

  /// What an event source needs of the function's role (AWS, "Using Lambda with Amazon SQS").
  private static PolicyStatement take(String sid, String queue) {
    return allow(
        sid,
        List.of("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
        List.of(queue));
  }

  private PolicyStatement askForQueue() {
    return allow(
        "AskForQueue",
        List.of("sqs:GetQueueAttributes"),
        List.of(queues.completions().getQueueArn()));
  }

  /// Without it Amazon S3 answers 403 for an object that is not there, where readers need the 404
  /// that tells an object which was deleted from a bucket that does not answer.
  private PolicyStatement list() {
    return allow("List", List.of("s3:ListBucket"), List.of(queues.objects().getBucketArn()));
  }

  private String objects(String pattern) {
    return queues.objects().arnForObjects(pattern);
  }

  /// Where the daemon makes one-time schedules, so that an idle database can pause between ticks.
  ///
  /// @param group the name of the schedules' group
  /// @param schedulesArn of all schedules of the group
  /// @param roleArn of the role that the scheduler assumes to start the daemon
  record OneTimeSchedules(String group, String schedulesArn, String roleArn) {

    private List<PolicyStatement> allowed() {
      return List.of(
          allow("ScheduleOnce", List.of("scheduler:CreateSchedule"), List.of(schedulesArn)),
          PolicyStatement.Builder.create()
              .sid("PassScheduleRole")
              .actions(List.of("iam:PassRole"))
              .resources(List.of(roleArn))
              .conditions(
                  Map.of("StringEquals", Map.of("iam:PassedToService", "scheduler.amazonaws.com")))
              .build());
    }
  }
}
