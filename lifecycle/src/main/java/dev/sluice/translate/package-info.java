/// Chat Completions to Responses, as pure functions: what is stored in the words of one API is
/// shown in the words of the other.
@NullMarked
package dev.sluice.translate;

import org.jspecify.annotations.NullMarked;
