package dev.sluice.daemon;

import dev.sluice.call.QueuedCalls;
import dev.sluice.request.ClaimStore;
import dev.sluice.request.DaemonRegistry;
import dev.sluice.request.RequestStore;
import dev.sluice.telemetry.Metrics;
import dev.sluice.upstream.ModelCatalog;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// What a run works with.
///
/// @param id fresh for this run
/// @param clock fresh for this run
/// @param calls fresh for this run: they tell time by its clock
record RunPorts(
    UUID id,
    DaemonRegistry registry,
    ClaimStore store,
    RequestStore requests,
    ModelCatalog models,
    QueuedCalls calls,
    DatabaseClock clock,
    Insistence insistence,
    Metrics metrics,
    RandomGenerator random) {}
