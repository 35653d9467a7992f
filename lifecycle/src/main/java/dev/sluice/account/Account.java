package dev.sluice.account;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A tenant.
///
/// @param retention how long bodies are kept; null for as long as the owner keeps them
public record Account(
    UUID id, String name, boolean active, @Nullable Duration retention, Instant createdAt) {}
