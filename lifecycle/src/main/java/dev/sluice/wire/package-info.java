/// The public JSON: one codec, the lossless tree it reads and writes, the error envelope, the
/// Response object and server-sent events. Nothing here decides anything; it only says how things
/// look on the wire.
@NullMarked
package dev.sluice.wire;

import org.jspecify.annotations.NullMarked;
