-- Why: slow and cheap work waits in the table of requests until a run of the daemon takes it. The
-- table is the queue and the history at once, so that a request keeps its row, and its id, from the
-- moment that its client hears of it.
--
-- Code from before this migration writes gateway rows only, for which every new column may stay as
-- it is by default. So either works with this schema.

alter table request
  -- Claims so far, the running one included.
  add column attempt integer not null default 0 check (attempt >= 0),
  -- Claims that ended with their worker.
  add column crashes integer not null default 0 check (crashes >= 0),
  -- 0 somebody waits for it, 1 by deadline, 2 when nothing else is due; null in the gateway lane.
  -- Not derived from the tier: a background response of the default tier is waited for, too.
  add column tier_class smallint check (tier_class between 0 and 2),
  -- Null until it is first put back: fresh and delayed rows are found by indexes of their own.
  add column not_before timestamptz,
  -- The database's clock plus the window; null for never too late.
  add column deadline timestamptz,
  add column claimed_at timestamptz,
  -- Not valid: only rows from now on can be in the daemon's lane, and nothing need be scanned.
  add constraint request_daemon_lane_has_class
    check (lane = 'gateway' or tier_class is not null) not valid;

-- Fresh rows in the order of service within an account, and the accounts that have some.
create index request_claimable on request (model, tier_class, account_id, deadline, id)
  where state = 'pending' and not_before is null;

-- Rows that were put back, so that those not yet due are never met by a claim.
create index request_delayed on request (model, tier_class, account_id, not_before, id)
  where state = 'pending' and not_before is not null;

-- What runs hold, counted by model and account. Leases are looked for in it as well: there are few
-- rows, and an update of lease_until alone touches no index.
create index request_held on request (model, account_id)
  where lane = 'daemon' and state in ('claimed', 'processing');

-- Only rows of this class have a deadline. That it is named keeps a claim, which does not know its
-- classes when it is planned, from walking the deadlines of all accounts.
create index request_expiring on request (deadline)
  where state = 'pending' and deadline is not null and tier_class = 1;

-- What an account still keeps, the oldest first.
create index request_kept on request (account_id, id)
  where store and deleted_at is null and state in ('completed', 'failed', 'canceled');

alter table request_attempt
  -- The upstream's own name of the model; null in rows from before this migration.
  add column upstream_model text check (length(upstream_model) between 1 and 512),
  -- The run that made the call; null for a gateway.
  add column daemon_id uuid,
  add column input_tokens bigint check (input_tokens >= 0),
  add column output_tokens bigint check (output_tokens >= 0),
  add column cached_tokens bigint check (cached_tokens >= 0),
  add column reasoning_tokens bigint check (reasoning_tokens >= 0),
  add constraint request_attempt_usage_is_whole check (
    num_nulls(input_tokens, output_tokens, cached_tokens, reasoning_tokens) in (0, 4)) not valid;

alter table daemon
  -- Which models it asks for, as a hash of their names; empty when it is not said.
  add column serves text not null default '' check (length(serves) <= 64),
  -- How many more requests it could take, as of its heartbeat; 0 once it takes no more.
  add column free_slots integer not null default 0 check (free_slots >= 0),
  add column claimed bigint not null default 0 check (claimed >= 0),
  add column completed bigint not null default 0 check (completed >= 0),
  add column failed bigint not null default 0 check (failed >= 0),
  add column retried bigint not null default 0 check (retried >= 0),
  add column returned bigint not null default 0 check (returned >= 0),
  add column rescued bigint not null default 0 check (rescued >= 0),
  add column expired bigint not null default 0 check (expired >= 0),
  add column retained bigint not null default 0 check (retained >= 0);

-- When a duty was last done that is not for every run.
create table daemon_turn (
  duty text primary key check (length(duty) between 1 and 64),
  taken_at timestamptz not null
);
