-- Funnels that people keep, and a note of every change to the past of the log.
-- Locks: new tables only.

create table funnels (
  id text primary key,
  name text not null,
  -- The question as it was asked (FunnelQuestion), as json.
  question jsonb not null,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null
);
select cs_distribute('funnels', null);

-- One row per transaction that stored events with the times of then (imports), or took events out (erasure): whoever keeps
-- the log in memory reads it anew. A queue that is only counted.
create table past_changes (
  id bigint generated always as identity primary key,
  at timestamptz not null
);
