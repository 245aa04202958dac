-- What GitHub and Stripe delivered and what became of it. Local tables: every one of them needs one place.
-- Locks: new tables only; customers against writes while two indexes are built (a second for 100,000 customers).

-- One row per delivery whose signature was right. What was refused is only counted: a stranger must not fill a disk.
create table webhook_deliveries (
  provider text not null,
  delivery_id text not null,
  -- SHA-256 of the body. GitHub signs the body and not the id beside it: the same body under another id is a replay.
  body_hash bytea not null,
  -- pull_request.opened, invoice.paid, …
  kind text not null,
  -- Whom the payload is about, as the group of its events names it: github:acme-dev, stripe:cus_1.
  account text,
  outcome text not null check (outcome in ('stored', 'ignored', 'failed')),
  -- One word for the counters (other_label), and a sentence for people.
  reason text not null default '',
  detail text not null default '',
  -- Fetched from the provider's API because the delivery itself never arrived.
  fetched boolean not null,
  received_at timestamptz not null,
  -- How often it came, and when last.
  times bigint not null default 1,
  last_at timestamptz not null,
  primary key (provider, delivery_id),
  unique (provider, body_hash)
);
create index webhook_deliveries_by_time on webhook_deliveries (provider, received_at desc);
create index webhook_deliveries_by_last on webhook_deliveries (last_at);

-- How many of each kind came to what: stored, ignored, duplicate, failed, refused (then without a kind, for nobody vouches for it).
create table webhook_counts (
  provider text not null,
  kind text not null,
  outcome text not null,
  reason text not null,
  total bigint not null,
  last_at timestamptz not null,
  primary key (provider, kind, outcome, reason)
);

-- How far the search for deliveries that never arrived has come.
create table webhook_checks (
  provider text primary key,
  -- Everything the provider tried to deliver before this was looked at.
  checked_until timestamptz not null,
  -- Told to come back later (rate limit): not before this.
  not_before timestamptz,
  found bigint not null default 0,
  outcome text not null default '',
  at timestamptz not null
);

-- Whose GitHub account, whose Stripe customer: asked for every account that nobody is linked to yet.
create index customers_by_github on customers (lower(github_username)) where github_username <> '';
create index customers_by_stripe on customers ((external_ids ->> 'stripe')) where external_ids ? 'stripe';
