-- Why: every other table belongs to an account, and a request is admitted by a key.
--
-- A key's secret is nowhere: the row holds an HMAC of it, made with the pepper of that version. Keys
-- are revoked, never deleted, because rows and logs name them; accounts are disabled for the same
-- reason.

create table account (
  id uuid primary key,
  name text not null check (length(name) between 1 and 256),
  status text not null check (status in ('active', 'disabled')),
  -- How long bodies are kept; null for as long as the owner keeps them.
  retention_seconds bigint check (retention_seconds > 0),
  created_at timestamptz not null
);

create table api_key (
  -- The public part of the key.
  id text primary key check (id ~ '^[0-9A-Za-z]{8}$'),
  account_id uuid not null references account (id),
  name text not null check (length(name) <= 256),
  hmac bytea not null check (octet_length(hmac) = 32),
  pepper_version integer not null,
  -- Aliases that the key may use; null for all, empty for none.
  models text[],
  capabilities text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz
);

create index api_key_by_account on api_key (account_id, id);
