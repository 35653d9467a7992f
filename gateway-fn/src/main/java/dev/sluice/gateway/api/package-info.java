/// Everything but inference, as Micronaut controllers behind one Lambda handler.
///
/// [ApiFunction] reads the proxy event once and finds its route in the table of
/// [dev.sluice.gateway.http.Route]; a filter recognises the caller; binders hand typed arguments to
/// the controllers, which never see a header. Whatever goes wrong becomes the one error envelope.
@NullMarked
package dev.sluice.gateway.api;

import org.jspecify.annotations.NullMarked;
