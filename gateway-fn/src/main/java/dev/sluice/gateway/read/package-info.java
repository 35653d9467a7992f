/// Reading stored responses: the one lookup by which every route finds them, and their rendering.
@NullMarked
package dev.sluice.gateway.read;

import org.jspecify.annotations.NullMarked;
