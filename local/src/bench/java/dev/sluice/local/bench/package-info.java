/// Benchmarks: each prints counters and ratios against a peer or a floor of the same interleaved
/// run, as lines of `name value unit limit`. They gate nothing.
@NullMarked
package dev.sluice.local.bench;

import org.jspecify.annotations.NullMarked;
