-- The outbox: every message that was ever to be sent, what became of it, and why. The row is written in the transaction of its
-- cause; workers take it from there.
-- Locks: new tables only.

create table messages (
  -- Whom it is about; '' where it is to the team and about nobody in particular.
  customer_id text not null,
  -- A version 7 UUID, 32 hex digits: in the order in which they were made.
  message_id text not null default lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14),
  -- Names the effect, not its cause: the same welcome from two rules is one message.
  dedupe_key text not null,
  -- welcome, weekly_summary, … : which template.
  kind text not null,
  -- onboarding, product, … : what a person can do without.
  topic text not null,
  audience text not null default 'customer' check (audience in ('customer', 'team')),
  to_email text not null,
  to_name text not null default '',
  -- The Kit tag that starts the company's own sequence there, milestone_…: that is the delivery then.
  milestone text,
  -- What the template needs that is of the moment; everything else is read when it is composed.
  facts jsonb not null default '{}',
  -- Higher goes first, and wins where two compete.
  priority integer not null default 0,
  state text not null default 'queued' check (state in ('queued', 'sending', 'sent', 'unknown', 'failed', 'suppressed', 'dropped')),
  not_before timestamptz not null default now(),
  -- A provider that still answers 429 then has refused it. Null: set by its first 429.
  deadline timestamptz,
  -- Counts those who took it; only the last may say what came of it (a fencing token).
  attempt integer not null default 0,
  leased_until timestamptz,
  leased_by text,
  -- Channels that have refused it for certain.
  refused text[] not null default '{}',
  -- The channel that may have sent it; no other may be tried from then on.
  uncertain text,
  -- Which channels it waits for, so that those behind a slow provider keep nobody else waiting.
  line text not null generated always as (case when milestone is not null and not 'kit' = any(refused) then 'kit' else 'mail' end) stored,
  -- The last channel that took it, '' before.
  channel text not null default '',
  provider_id text not null default '',
  template_version text not null default '',
  -- Why it is in this state, in words.
  reason text not null default '',
  -- Who asked for it to be sent again, '' for nobody.
  resent_by text not null default '',
  -- How many rows of its history there are.
  steps integer not null default 0,
  created_at timestamptz not null default now(),
  -- When a channel was first asked; a day later it is given up.
  first_tried_at timestamptz,
  sent_at timestamptz,
  primary key (customer_id, message_id),
  unique (customer_id, dedupe_key)
);
select cs_distribute('messages', 'customer_id', 'events');
create index messages_due on messages (line, priority desc, not_before, message_id) where state = 'queued';
create index messages_leased on messages (leased_until) where state = 'sending';
create index messages_by_time on messages (created_at desc, message_id desc);
create index messages_by_state on messages (state, created_at desc, message_id desc);
create index messages_by_kind on messages (kind, created_at desc, message_id desc);
create index messages_of_customer on messages (customer_id, created_at desc, message_id desc);
-- Addresses are compared without case: what was sent to a person, whoever the customer is.
create index messages_by_address on messages (lower(to_email), sent_at desc);
create index messages_by_provider_id on messages (provider_id) where provider_id <> '';

-- Everything that happened to a message, in order. Delivered, bounced and clicked are steps too; they change no state.
create table message_steps (
  customer_id text not null,
  message_id text not null,
  n integer not null,
  at timestamptz not null,
  -- A state of messages, or queued, deferred, delivered, bounced, opened, clicked, …
  state text not null,
  channel text not null default '',
  reason text not null default '',
  detail jsonb,
  primary key (customer_id, message_id, n)
);
select cs_distribute('message_steps', 'customer_id', 'events');

-- How each channel is doing, for all processes together: its token bucket, and whether it is left alone for a while.
-- Local, like the tables of jobs: a few rows that need one place.
create table channels (
  channel text primary key,
  tokens double precision not null,
  filled_at timestamptz not null,
  -- Failures one after the other; from the fifth on it is left alone for a while.
  failures integer not null default 0,
  -- Since when it has answered nothing but 429.
  throttled_since timestamptz,
  paused_until timestamptz,
  -- The pause is only until the outcome of one message that tries it.
  trial boolean not null default false,
  reason text not null default '',
  last_sent_at timestamptz,
  last_failed_at timestamptz,
  last_error text not null default ''
);

-- What the log channel would have sent.
create table mailbox (
  customer_id text not null,
  message_id text not null,
  attempt integer not null,
  at timestamptz not null,
  to_email text not null,
  to_name text not null,
  subject text not null,
  text text not null,
  html text not null,
  headers jsonb not null,
  primary key (customer_id, message_id, attempt)
);
create index mailbox_by_time on mailbox (at desc, message_id desc);
select cs_distribute('mailbox', 'customer_id', 'events');
