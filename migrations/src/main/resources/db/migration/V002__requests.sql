-- Why: a request is a narrow row that is read and moved often; its bodies are wide, written once and
-- read seldom, so they lie in tables of their own and an update of the row never copies them.
--
-- The checks below repeat the state diagram, so that a half-made state cannot be stored, whoever
-- writes it. Only the gateway lane is used so far; the claim columns are here because the checks
-- that keep the lanes apart need them. What only the daemon needs (attempt, deadline, batch, ...)
-- comes with the daemon.

create table request (
  id uuid primary key,
  account_id uuid not null references account (id),
  -- No foreign key: keys are never deleted, and the check would cost a look-up per record.
  api_key_id text not null check (length(api_key_id) between 1 and 64),
  trace_id text not null check (length(trace_id) <= 1024),
  endpoint text not null check (length(endpoint) between 1 and 128),
  model text not null check (length(model) between 1 and 512),
  tier text not null check (tier in ('default', 'priority', 'flex', 'background')),
  stream boolean not null,
  background boolean not null,
  store boolean not null,

  lane text not null check (lane in ('gateway', 'daemon')),
  state text not null
    check (state in ('pending', 'claimed', 'processing', 'completed', 'failed', 'canceled')),
  outcome text check (outcome in ('completed', 'incomplete')),
  daemon_id uuid,
  claim_token uuid,
  lease_until timestamptz,

  -- The gateway's clock, for display and order only.
  created_at timestamptz not null,
  -- The database's clock: decisions about age are made with this one.
  recorded_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  -- A tombstone: the row stays for usage, and does not exist for its owner.
  deleted_at timestamptz,

  response_status integer check (response_status between 100 and 999),
  -- Not jsonb: an upstream's error text may hold an escaped NUL, which jsonb refuses.
  failure json,
  failure_label text check (length(failure_label) between 1 and 64),
  client_disconnected boolean not null default false,
  time_to_first_byte_ms integer check (time_to_first_byte_ms >= 0),
  input_tokens bigint check (input_tokens >= 0),
  output_tokens bigint check (output_tokens >= 0),
  cached_tokens bigint check (cached_tokens >= 0),
  reasoning_tokens bigint check (reasoning_tokens >= 0),

  constraint request_gateway_lane_is_never_claimed check (
    lane = 'daemon'
    or (state not in ('pending', 'claimed')
      and daemon_id is null and claim_token is null and lease_until is null)),
  constraint request_claim_has_owner check (
    lane = 'gateway'
    or (state in ('claimed', 'processing'))
      = (daemon_id is not null and claim_token is not null and lease_until is not null)),
  constraint request_processing_has_started check (state <> 'processing' or started_at is not null),
  constraint request_ended_has_finished_at check (
    (state in ('completed', 'failed', 'canceled')) = (finished_at is not null)),
  constraint request_completed_has_outcome check (
    (state = 'completed') = (outcome is not null)
    and (state <> 'completed' or response_status is not null)),
  constraint request_failed_has_failure check (
    (state = 'failed') = (failure is not null)
    and (state = 'failed') = (failure_label is not null)),
  constraint request_usage_is_whole check (
    num_nulls(input_tokens, output_tokens, cached_tokens, reasoning_tokens) in (0, 4))
) with (
  -- Rows are updated in place while they live: room for it on each page.
  fillfactor = 85,
  -- Absolute: a share of a table that only grows would come ever later.
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 20000,
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 5000
);

-- Lists and look-ups of an owner. Unique, so that the tables below can name the owner as well.
create unique index request_by_account on request (account_id, id);

-- Gateways that never reported an end.
create index request_gateway_processing on request (recorded_at)
  where state = 'processing' and lane = 'gateway';

-- Bodies arrive compressed: external storage keeps PostgreSQL from trying again.
create table request_body (
  request_id uuid primary key,
  account_id uuid not null,
  bytes bytea storage external not null,
  encoding text not null check (encoding in ('gzip', 'identity')),
  content_type text not null check (length(content_type) <= 256),
  length bigint not null check (length >= 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  foreign key (account_id, request_id) references request (account_id, id)
);

create table response_body (
  request_id uuid primary key,
  account_id uuid not null,
  bytes bytea storage external not null,
  encoding text not null check (encoding in ('gzip', 'identity')),
  content_type text not null check (length(content_type) <= 256),
  length bigint not null check (length >= 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  foreign key (account_id, request_id) references request (account_id, id)
);

-- Every upstream call, also of answers that did not become the request's outcome.
create table request_attempt (
  request_id uuid not null,
  attempt_id uuid not null,
  account_id uuid not null,
  attempt integer not null check (attempt >= 1),
  upstream text not null check (length(upstream) between 1 and 256),
  started_at timestamptz not null,
  finished_at timestamptz,
  status integer check (status between 100 and 999),
  error text check (length(error) between 1 and 64),
  primary key (request_id, attempt_id),
  foreign key (account_id, request_id) references request (account_id, id)
);

-- Messages that can never become a row. No foreign keys: an unknown account is one of the reasons.
create table quarantine (
  sha256 bytea primary key check (octet_length(sha256) = 32),
  reason text not null check (length(reason) between 1 and 64),
  -- What PostgreSQL said, when it was PostgreSQL that refused.
  sqlstate text,
  account_id uuid,
  request_id uuid,
  message bytea storage external not null,
  first_seen_at timestamptz not null default now()
);

create index quarantine_by_age on quarantine (first_seen_at);
