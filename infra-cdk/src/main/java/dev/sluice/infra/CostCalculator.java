package dev.sluice.infra;

import dev.sluice.infra.Bill.Item;
import dev.sluice.infra.Sizes.DatabaseSize;
import dev.sluice.infra.Sizes.FunctionSize;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/// What a deployment costs in a month, from its sizes, [Prices] and the assumptions of a
/// [Workload]. An estimate: it leaves out free tiers, the model servers' bills, backups and
/// support.
public final class CostCalculator {

  /// Lambda reads a queue that is empty with five calls of 20 seconds at once, whatever the
  /// mapping's limits are.
  private static final int IDLE_READERS = 5;

  private static final Duration IDLE_READ = Duration.ofSeconds(20);
  private static final int EVENT_SOURCES = 2;

  /// Messages of one call of SQS.
  private static final int MESSAGES = 10;

  private static final long QUEUE_UNIT_BYTES = 64 * 1024;
  private static final double GIGABYTE = 1e9;

  /// What an instance of Aurora runs with that was woken from its pause, and the time until it
  /// counts as idle beyond the configured pause.
  private static final double AWAKE_CAPACITY = 1;

  private static final Duration WAKING = Duration.ofSeconds(30);
  private static final double CAPACITY_OF_A_PROCESSOR = 4;

  private final Profile profile;
  private final Egress egress;
  private final DatabaseKind database;
  private final Sizes sizes;

  CostCalculator(Profile profile, Egress egress, DatabaseKind database, Sizes sizes) {
    this.profile = profile;
    this.egress = egress;
    this.database = database;
    this.sizes = sizes;
  }

  /// Of a deployment that somebody is about to make.
  public static CostCalculator of(DeploymentContext context) {
    return new CostCalculator(
        context.profile(), context.egress(), context.database(), context.sizes());
  }

  /// What it costs while nobody calls it, in a sentence for people.
  public String idle() {
    String known =
        String.format(
            Locale.ROOT, "%.0f USD (us-east-1, without free tiers)", bill(Workload.IDLE).total());
    return database == DatabaseKind.RDS_INSTANCE && instanceHour().isEmpty()
        ? known + ", and the database instance, whose price is not known here"
        : known;
  }

  Bill bill(Workload work) {
    return new Bill(
        Map.ofEntries(
            Map.entry(Item.LAMBDA, lambda(work)),
            Map.entry(Item.API_GATEWAY, work.apiCalls() * Prices.API_REQUEST),
            Map.entry(Item.QUEUES, queueUnits(work) * Prices.QUEUE_UNIT),
            Map.entry(Item.SCHEDULER, ticks() * Prices.SCHEDULED_RUN),
            Map.entry(Item.DATABASE, database(work)),
            Map.entry(Item.EGRESS, egress(work)),
            Map.entry(Item.FIREWALL, firewall(work)),
            Map.entry(
                Item.SECRETS, Inventory.SECRETS * Prices.SECRET + Inventory.KEYS * Prices.KEY),
            Map.entry(Item.LOGS, logs(work)),
            Map.entry(Item.METRICS, metrics(work)),
            Map.entry(Item.TRACES, traces(work) * Prices.TRACE)));
  }

  private double lambda(Workload work) {
    double invocations = work.apiCalls() + batches(work) + daemonRuns(work);
    double snapshots =
        gigabytes(sizes.inference())
            + gigabytes(sizes.api())
            + gigabytes(sizes.completion())
            + gigabytes(sizes.daemon());
    return (gatewaySeconds(work) + completionSeconds(work) + daemonSeconds(work))
            * Prices.LAMBDA_GIGABYTE_SECOND
        + invocations * Prices.LAMBDA_REQUEST
        + snapshots * seconds(Prices.MONTH) * Prices.SNAPSHOT_CACHE_GIGABYTE_SECOND
        + invocations * gigabytes(sizes.inference()) * Prices.SNAPSHOT_RESTORE_GIGABYTE;
  }

  /// GB-seconds of the gateway: whoever waits for an answer holds a function.
  double gatewaySeconds(Workload work) {
    double seconds =
        work.realtime() * seconds(Workload.MODEL_CALL)
            + work.apiCalls() * seconds(Workload.GATEWAY);
    return gigabytes(sizes.inference()) * seconds;
  }

  /// GB-seconds of the daemon: a run is billed once for all calls that it has in flight.
  double daemonSeconds(Workload work) {
    double inFlight = Workload.SLOTS * Workload.SLOTS_IN_USE;
    double working = work.flex() * seconds(Workload.MODEL_CALL) / inFlight;
    return gigabytes(sizes.daemon()) * (working + ticks() * seconds(Workload.IDLE_RUN));
  }

  /// GB-seconds of flex calls that the gateway's function would each wait for.
  double oneInvocationEach(Workload work) {
    return gigabytes(sizes.inference()) * work.flex() * seconds(Workload.MODEL_CALL);
  }

  /// GB-seconds of a daemon that always has something to do, however little.
  double busyDaemonSeconds() {
    return gigabytes(sizes.daemon()) * seconds(Prices.MONTH);
  }

  private double completionSeconds(Workload work) {
    return gigabytes(sizes.completion()) * batches(work) * seconds(Workload.BATCH);
  }

  /// A batch has what comes within the window after its first record.
  private double batches(Workload work) {
    double rate = work.records() / seconds(Prices.MONTH);
    double records =
        Math.min(sizes.completions().records(), 1 + rate * seconds(sizes.completions().window()));
    return work.records() / records;
  }

  private double daemonRuns(Workload work) {
    double time = seconds(sizes.daemon().timeout());
    return ticks() + daemonSeconds(work) / gigabytes(sizes.daemon()) / time;
  }

  private double ticks() {
    return seconds(Prices.MONTH) / seconds(sizes.tick());
  }

  /// Each record is sent by itself, and read and deleted with others; each queued request may send
  /// one signal.
  double queueUnits(Workload work) {
    double idle = EVENT_SOURCES * IDLE_READERS * (seconds(Prices.MONTH) / seconds(IDLE_READ));
    return idle
        + work.records() * unitsOfMessage(Workload.REQUEST_BYTES)
        + work.flex() * unitsOfMessage(1);
  }

  /// Of one message of this size, sent, read and deleted.
  static double unitsOfMessage(long bytes) {
    return units(bytes) + (units(MESSAGES * bytes) + 1.0) / MESSAGES;
  }

  private static long units(long bytes) {
    return Math.ceilDiv(bytes, QUEUE_UNIT_BYTES);
  }

  private double database(Workload work) {
    double storage = work.requests() * Workload.STORED_BYTES / GIGABYTE;
    return switch (database) {
      case AURORA_SERVERLESS ->
          capacityHours(work) * Prices.AURORA_CAPACITY_HOUR
              + storage * Prices.AURORA_STORAGE_GIGABYTE
              + work.requests() * Workload.STORAGE_ACCESSES * Prices.AURORA_IO;
      case RDS_INSTANCE ->
          Math.min(2, sizes.database().instances())
              * (instanceHour().orElse(0) * Prices.MONTH.toHours()
                  + sizes.database().storageGigabytes() * Prices.INSTANCE_STORAGE_GIGABYTE);
    };
  }

  private OptionalDouble instanceHour() {
    Double price = Prices.INSTANCE_HOUR.get(sizes.database().instanceClass());
    return price == null ? OptionalDouble.empty() : OptionalDouble.of(price);
  }

  private double capacityHours(Workload work) {
    DatabaseSize size = sizes.database();
    double month = Prices.MONTH.toHours();
    double working =
        work.requests()
            * seconds(Workload.DATABASE_PROCESSOR)
            * CAPACITY_OF_A_PROCESSOR
            / seconds(Duration.ofHours(1));
    if (!size.pauses()) {
      return month * size.minCapacity() * size.instances() + working;
    }
    double awake = ticks() * seconds(size.pauseAfter().plus(WAKING)) / seconds(Duration.ofHours(1));
    return (work.isIdle() ? Math.min(month, awake) : month) * AWAKE_CAPACITY * size.instances()
        + working;
  }

  private double egress(Workload work) {
    double hours = Prices.MONTH.toHours();
    double out = work.requests() * Workload.REQUEST_BYTES / GIGABYTE;
    double answers = work.requests() * Workload.ANSWER_BYTES / GIGABYTE;
    double records = work.records() * Workload.REQUEST_BYTES / GIGABYTE;
    double internet = (out + answers) * Prices.INTERNET_GIGABYTE;
    return internet
        + switch (egress) {
          case IPV6 -> 0;
          case NAT_INSTANCE -> hours * (Prices.NAT_INSTANCE_HOUR + Prices.PUBLIC_ADDRESS_HOUR);
          case NAT_GATEWAY ->
              sizes.natGateways() * hours * (Prices.NAT_GATEWAY_HOUR + Prices.PUBLIC_ADDRESS_HOUR)
                  + (out + answers + records) * Prices.NAT_GATEWAY_GIGABYTE;
        };
  }

  private double firewall(Workload work) {
    return switch (profile) {
      case DEV -> 0;
      case PROD ->
          Prices.FIREWALL + Prices.FIREWALL_RULE + work.apiCalls() * Prices.FIREWALL_REQUEST;
    };
  }

  private double logs(Workload work) {
    double written =
        (work.requests() * Workload.LOG_BYTES + ticks() * Workload.LOG_BYTES_OF_IDLE_RUN)
            / GIGABYTE;
    double months = sizes.logRetentionDays() / 30.0;
    return written * (Prices.LOG_GIGABYTE + months * Prices.LOG_STORAGE_GIGABYTE);
  }

  private double metrics(Workload work) {
    int metrics = work.isIdle() ? Inventory.IDLE_METRICS : Inventory.METRICS;
    return metrics * Prices.METRIC
        + Inventory.ALARM_METRICS * Prices.ALARM_METRIC
        + Prices.DASHBOARD;
  }

  /// X-Ray's own rule: one request each second, and 5 % of the others.
  private static double traces(Workload work) {
    double first = Math.min((double) work.apiCalls(), seconds(Prices.MONTH));
    return first + 0.05 * (work.apiCalls() - first);
  }

  /// The same work by two tasks behind a load balancer that run all the time, with the same
  /// database, way out, secrets, firewall, logs and metrics.
  Bill alwaysOn(Workload work) {
    Bill ours = bill(work);
    return new Bill(
        Map.of(
            Item.SERVICE, service(),
            Item.DATABASE, ours.of(Item.DATABASE),
            Item.EGRESS, ours.of(Item.EGRESS),
            Item.FIREWALL, ours.of(Item.FIREWALL),
            Item.SECRETS, ours.of(Item.SECRETS),
            Item.LOGS, ours.of(Item.LOGS),
            Item.METRICS, ours.of(Item.METRICS)));
  }

  private static double service() {
    double task =
        Inventory.TASK_PROCESSORS * Prices.TASK_PROCESSOR_HOUR
            + Inventory.TASK_GIGABYTES * Prices.TASK_GIGABYTE_HOUR;
    return Prices.MONTH.toHours()
        * (Inventory.TASKS * task
            + Prices.LOAD_BALANCER_HOUR
            + Prices.LOAD_BALANCER_UNIT_HOUR
            + Inventory.LOAD_BALANCER_ADDRESSES * Prices.PUBLIC_ADDRESS_HOUR);
  }

  /// How many calls that are answered at once a month may bring before the two tasks are cheaper.
  double breakEven() {
    Workload million = new Workload(1_000_000, 0);
    double perCall = (difference(million) - difference(Workload.IDLE)) / million.realtime();
    return -difference(Workload.IDLE) / perCall;
  }

  /// What we cost more than the two tasks.
  private double difference(Workload work) {
    return bill(work).total() - alwaysOn(work).total();
  }

  private static double gigabytes(FunctionSize size) {
    return size.memoryMegabytes() / 1024.0;
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
