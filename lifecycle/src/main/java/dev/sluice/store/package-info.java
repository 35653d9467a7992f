/// PostgreSQL: the only place with SQL.
///
/// The stores are beans of their ports; nobody needs to know them by name. Starting a context with
/// them touches no database. Plain rows go through Micronaut Data's repositories, the queue and the
/// set-based statements through hand-written SQL in the same transactions.
@NullMarked
package dev.sluice.store;

import org.jspecify.annotations.NullMarked;
