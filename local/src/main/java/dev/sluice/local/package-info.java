/// The dev stack: everything in one process, with model servers that need no key.
@NullMarked
package dev.sluice.local;

import org.jspecify.annotations.NullMarked;
