/// Who calls, and what the key may do.
@NullMarked
package dev.sluice.gateway.auth;

import org.jspecify.annotations.NullMarked;
