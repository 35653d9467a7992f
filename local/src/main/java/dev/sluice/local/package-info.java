/// The dev stack: the functions behind emulators of what AWS puts around them, in one process, with
/// model servers that need no key.
@NullMarked
package dev.sluice.local;

import org.jspecify.annotations.NullMarked;
