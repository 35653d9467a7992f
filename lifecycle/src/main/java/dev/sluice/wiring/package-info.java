/// The beans of the shared library.
@NullMarked
package dev.sluice.wiring;

import org.jspecify.annotations.NullMarked;
