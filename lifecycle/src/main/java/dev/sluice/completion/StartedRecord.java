package dev.sluice.completion;

import org.jspecify.annotations.Nullable;

/// An upstream call begins.
///
/// @param request what the client sent; null when it asked not to store
public record StartedRecord(Head head, @Nullable RecordBody request) implements CompletionRecord {}
