-- Why: a run of the daemon is a row, so that an operator sees which runs are alive, which ended and
-- what they did, and so that what a run holds can be told from what a dead one held.
--
-- One row per run, written a handful of times and read by its id. Each run deletes some of those
-- whose last sign of life is a week old. There are few of them thereby, so that it finds them in a
-- scan of the table, and there is no index beside the key. Code from before this
-- migration does not know the table, and nothing that it writes refers to it.

create table daemon (
  -- Fresh per run: no two runs ever share one, whatever instance of the function they ran in.
  id uuid primary key,
  -- Of the code that ran.
  version text not null check (length(version) between 1 and 64),
  -- All times are the database's clock; no check compares them, because a failover may set it back.
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now(),
  -- Null while it runs, and for ever when it was killed: the heartbeat then tells them apart.
  stopped_at timestamptz,

  -- What the run did, known at its end.
  gateways_lost bigint not null default 0 check (gateways_lost >= 0),
  spills_swept bigint not null default 0 check (spills_swept >= 0),
  spills_failed bigint not null default 0 check (spills_failed >= 0)
);
