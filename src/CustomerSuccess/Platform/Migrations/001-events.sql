-- The log of everything that happens, and what was told about the messages that are not in it.
-- Locks: new tables only.

-- On plain PostgreSQL this does nothing. With Citus it spreads a table over the workers by its distribution column,
-- or copies it to all of them where there is none (a reference table).
create function cs_distribute(t regclass, col text, colocate text default null) returns void language plpgsql as $$
begin
  if exists (select 1 from pg_extension where extname = 'citus') then
    if col is null then execute format('select create_reference_table(%L)', t::text);
    elsif colocate is null then execute format('select create_distributed_table(%L, %L)', t::text, col);
    else execute format('select create_distributed_table(%L, %L, colocate_with := %L)', t::text, col, colocate);
    end if;
  end if;
end $$;

create table events (
  -- Who it is about, from the payload alone: the customer id, else '~p:' + person, '~v:' + visitor, '~' + source.
  subject text not null,
  source text not null,
  id text not null,
  type text not null,
  occurred_at timestamptz not null,
  -- What the sender's clock claimed, where occurred_at is not it because the clock was clearly wrong.
  claimed_at timestamptz,
  sent_at timestamptz,
  received_at timestamptz not null,
  customer_id text,
  person_id text,
  visitor_id text,
  session_id text,
  url text,
  referrer text,
  utm_source text,
  utm_medium text,
  utm_campaign text,
  utm_term text,
  utm_content text,
  properties jsonb not null,
  -- Loaded as history (import, demo): counts as received when it happened and has no effects.
  history boolean not null,
  -- Who did it: 'user:<id>', 'key:<id>', 'cli', 'system'.
  actor text,
  -- Types whose order matters are replayed per customer; the index below finds them without reading the rest.
  replayed boolean generated always as (type like 'onboarding\_%' or type in ('customer_created', 'customer_updated', 'person_updated')) stored,
  -- The key is (subject, source, id); id leads so that a message id alone finds its row (explain).
  primary key (id, source, subject)
);
create index events_by_subject on events (subject, occurred_at desc, received_at desc, id desc);
create index events_replayed on events (subject) where replayed;
create index events_by_receipt on events using brin (received_at);
select cs_distribute('events', 'subject');

-- One row per message that was not stored: rejected, quarantined, or a duplicate (times counts how often).
create table receipts (
  id text not null,
  source text not null,
  subject text not null,
  verdict text not null check (verdict in ('duplicate', 'rejected', 'quarantined')),
  reason text not null,
  payload text,
  first_at timestamptz not null,
  last_at timestamptz not null,
  times bigint not null,
  primary key (id, source, subject, verdict)
);
create index receipts_by_time on receipts (last_at desc);
select cs_distribute('receipts', 'id', 'none');

-- Customers something happened to, waiting for their health to be worked out again. A queue: rows are only added and taken.
create table touched (
  id bigint generated always as identity primary key,
  customer_id text not null,
  -- The first day whose health may have changed; null: today only. History restates the past.
  since date
);
