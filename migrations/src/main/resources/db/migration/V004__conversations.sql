-- Why: a streamed response is replayed as its client saw it, a request may continue an earlier
-- response, and a client that repeats a request under its own key must not have it run twice.
--
-- Code from before this migration writes neither the new tables nor the new column, and reads
-- nothing of them; the code after it treats a row without them as a response that was not streamed
-- and continues nothing. So either works with this schema.

-- The response that this one continues. No foreign key: the parent may be deleted, and its row is
-- looked up by its owner's id each time.
alter table request add column previous_id uuid;

-- The events of a streamed response as its client got them, one chunk for all of them, gzip as it
-- travelled: external storage keeps PostgreSQL from trying to compress it again.
create table response_event (
  response_id uuid not null,
  account_id uuid not null,
  first_sequence bigint not null check (first_sequence >= 0),
  -- Null for a chunk that reaches to the last event: who stores it does not unpack it to count.
  last_sequence bigint check (last_sequence >= first_sequence),
  bytes bytea storage external not null,
  encoding text not null check (encoding in ('gzip', 'identity')),
  content_type text not null check (length(content_type) <= 256),
  length bigint not null check (length >= 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  primary key (response_id, first_sequence),
  foreign key (account_id, response_id) references request (account_id, id)
);

create table idempotency_key (
  account_id uuid not null references account (id),
  -- As the client wrote it.
  key text not null check (length(key) between 1 and 255),
  -- Of the request that claimed the key: the same key for another request is a mistake.
  body_hash text not null check (body_hash ~ '^[0-9a-f]{64}$'),
  -- No foreign key: the key is claimed before anything of its response is recorded.
  response_id uuid not null,
  -- The database's clock, like every decision about age.
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (account_id, key)
);

-- For a deletion, which takes the keys of its response along.
create index idempotency_key_by_response on idempotency_key (account_id, response_id);

-- For the removal of those whose time is over.
create index idempotency_key_by_expiry on idempotency_key (expires_at);
