/// The ticked Lambda function that looks after what nobody else does: requests whose gateway got
/// lost, and records that were spilled while the queue was away.
///
/// One invocation is one [dev.sluice.daemon.DaemonRun]: a row of its own in the list of runs, and
/// duties that work in bounded passes until there is nothing left or the time is nearly over. Runs
/// may overlap, and each may be killed at any point: what it began is begun again by the next.
@NullMarked
package dev.sluice.daemon;

import org.jspecify.annotations.NullMarked;
