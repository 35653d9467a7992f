/// Accounts, their keys, and what a key may do.
@NullMarked
package dev.sluice.account;

import org.jspecify.annotations.NullMarked;
