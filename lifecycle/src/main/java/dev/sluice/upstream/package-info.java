/// Model servers: which one serves an alias, one call to it, and the reading of its server-sent
/// events.
@NullMarked
package dev.sluice.upstream;

import org.jspecify.annotations.NullMarked;
