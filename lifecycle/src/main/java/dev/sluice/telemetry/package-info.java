/// Figures: the table of all metrics, and the port through which they are counted.
@NullMarked
package dev.sluice.telemetry;

import org.jspecify.annotations.NullMarked;
