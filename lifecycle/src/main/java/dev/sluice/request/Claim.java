package dev.sluice.request;

import java.time.Instant;
import java.util.UUID;

/// That a run of the daemon holds a request.
///
/// @param token of this claim and no other: what names it may write
/// @param leaseUntil the claim is void from then on, unless it was extended
public record Claim(UUID daemonId, UUID token, Instant leaseUntil) {}
