/// The Lambda function that does what is queued, and looks after what nobody else does. It is
/// ticked by a schedule, and woken by the gateway when there is work.
///
/// One invocation is one [dev.sluice.daemon.DaemonRun]: a row of its own in the list of runs. Its
/// [dev.sluice.daemon.DutyRounds] expire and rescue requests, bring spilled records back and delete
/// what nobody wants to keep; its [dev.sluice.daemon.WorkLoop] claims requests for its free slots,
/// has each called on a thread of its own, and saves the results in sets, while a
/// [dev.sluice.daemon.LeaseKeeper] extends the leases and ends calls that nobody wants any more. A
/// run stays while it has work, and ends when nothing is left, when its time is nearly over, or
/// when it is asked to; then it gives back what it holds. Runs may overlap, and each may be killed
/// at any point: what it held comes back with the leases, and what it began is begun again by the
/// next.
@NullMarked
package dev.sluice.daemon;

import org.jspecify.annotations.NullMarked;
