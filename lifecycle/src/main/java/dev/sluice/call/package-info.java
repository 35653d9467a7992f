/// One call of a model server for one request, from what the client sent to what the row keeps: the
/// part that the gateway and the daemon have in common.
@NullMarked
package dev.sluice.call;

import org.jspecify.annotations.NullMarked;
