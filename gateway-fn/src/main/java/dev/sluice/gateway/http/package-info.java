/// What arrives from API Gateway and what goes back, and the one table of routes.
@NullMarked
package dev.sluice.gateway.http;

import org.jspecify.annotations.NullMarked;
