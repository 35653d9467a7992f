/// Chat Completions to Responses, as pure functions.
@NullMarked
package dev.sluice.translate;

import org.jspecify.annotations.NullMarked;
