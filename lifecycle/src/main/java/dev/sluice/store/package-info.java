/// PostgreSQL: the only place with SQL.
@NullMarked
package dev.sluice.store;

import org.jspecify.annotations.NullMarked;
