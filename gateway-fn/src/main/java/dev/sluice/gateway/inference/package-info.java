/// The hot path: a request is authenticated, validated, sent to a model server, and its answer is
/// passed on while it is recorded.
///
/// [dev.sluice.gateway.inference.InferenceService] is the core and knows no transport;
/// [dev.sluice.gateway.inference.InferenceFunction] is its Lambda form.
@NullMarked
package dev.sluice.gateway.inference;

import org.jspecify.annotations.NullMarked;
