/// What AWS puts around the functions, on one machine: API Gateway, the SQS event-source mapping,
/// PostgreSQL and SQS servers, and the peers that misbehave on request.
@NullMarked
package dev.sluice.emulators;

import org.jspecify.annotations.NullMarked;
