/// What a function does once before its snapshot, so that its copies start warm: its own work, on
/// servers that stand in for those it will have.
///
/// The work is done by a second set of beans, which is thrown away. So nothing that serves later is
/// touched: no cache, no counter, no budget; and no secret of the deployment is read, because the
/// second set has settings of its own.
@NullMarked
package dev.sluice.priming;

import org.jspecify.annotations.NullMarked;
