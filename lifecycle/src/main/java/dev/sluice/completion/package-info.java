/// The records that travel from a gateway to the completion function, and the ports through which
/// they go.
///
/// Two records describe a realtime request: `started`, sent together with the upstream call,
/// carries the request body; `finished` carries the outcome and the answer. They may arrive in any
/// order and any number of times and make the same row.
@NullMarked
package dev.sluice.completion;

import org.jspecify.annotations.NullMarked;
