/// The database schema and the function that applies it, once per deployment.
@NullMarked
package dev.sluice.migrations;

import org.jspecify.annotations.NullMarked;
