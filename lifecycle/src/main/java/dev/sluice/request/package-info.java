/// The request and its life, as pure values: ids, states, failure reasons and the port through
/// which they are stored.
///
/// ```text
///               claim                start                 finish
///   Pending ───────────► Claimed ───────────► Processing ───────────► Completed
///      ▲  │                │  │                  │   │  └────────────► Failed
///      │  └── expire ──────┼──┼──────────────────┼───┼───────────────►   ▲
///      │      release      │  │                  │   │                   │
///      ├──◄────────────────┘  │  retry granted   │   │                   │
///      ├──◄───────────────────┼──────────────────┘   │                   │
///      ├──◄── rescue (lease expired) ────────────────┘ ── worker_lost ───┘
///         cancel: Pending, Claimed, Processing ────────────────────────► Canceled
/// ```
///
/// A realtime request is already being proxied when it is recorded: it is born `Processing` in the
/// gateway lane, is never claimable, and ends through the completion batch. Terminal states are
/// final, with one exception: `gateway_lost` is a presumption and gives way to the real record.
@NullMarked
package dev.sluice.request;

import org.jspecify.annotations.NullMarked;
