/// Hand-made stand-ins of the ports, for the tests of this module.
@NullMarked
package dev.sluice.gateway.testing;

import org.jspecify.annotations.NullMarked;
