/// The error catalogue and its one mapping to the public envelope.
@NullMarked
package dev.sluice.gateway.errors;

import org.jspecify.annotations.NullMarked;
