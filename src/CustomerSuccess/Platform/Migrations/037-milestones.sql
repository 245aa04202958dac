-- Milestones: versions of their definition, who reached which, and how far the others are, kept behind the events (decision 17).
-- Locks: new tables only.

-- Version 1 is the product's own and is no row here. The draft has no version yet.
create table milestone_definitions (
  definition_id text primary key,
  version integer check (version > 1),
  definition text not null,
  -- By milestone, since when it is as it is: what was reached before is celebrated by nothing.
  since jsonb not null default '{}',
  note text not null default '',
  changed_at timestamptz not null,
  changed_by text not null,
  published_at timestamptz,
  published_by text
);
select cs_distribute('milestone_definitions', null);
create unique index milestone_definitions_by_version on milestone_definitions (version) where version is not null;

-- Types of events that some milestone waits for and that are not counted by day anyway.
create table milestone_awaited (
  type text primary key
);
select cs_distribute('milestone_awaited', null);
insert into milestone_awaited (type) values ('onboarding_completed'), ('teammate_invited');

-- Customers to be looked at. What: a type of events; ~usage: what is counted by day, as far as it is not reached; ~late: that, reached or not;
-- ~all: everything. A queue: rows are only added and taken.
create table milestones_waiting (
  id bigint generated always as identity primary key,
  what text not null,
  customers text[] not null,
  -- Before anything happened at or after this, nothing came in.
  first timestamptz,
  -- What comes of it is no news.
  history boolean not null,
  -- Whether milestone_counts says it already: a rebuild counts, and leaves what is reached to the worker.
  counted boolean not null default false
);
-- Whoever is there already has reached what they have reached, without a celebration.
insert into milestones_waiting (what, customers, history)
select '~all', array_agg(customer_id), true from (
  select customer_id, (row_number() over (order by customer_id) - 1) / 1000 as part from customers
) each group by part;

-- What was reached, folded from milestone_reached: once for a customer, and for good.
create table milestones (
  customer_id text not null,
  milestone text not null,
  title text not null,
  reached_at timestamptz not null,
  -- When that came to be known.
  found_at timestamptz not null,
  -- event:ID, usage or time.
  reached_by text not null,
  -- What was waited for then, in words.
  rule text not null,
  points integer not null,
  badge text not null,
  -- Where it was celebrated: mail, product, team.
  celebrated text[] not null,
  primary key (customer_id, milestone)
);
create index milestones_by_time on milestones (reached_at desc, customer_id, milestone);
select cs_distribute('milestones', 'customer_id', 'events');

-- How much of what milestones wait for has happened, where it is not counted by day: such counts are read from activity.
create table milestone_counts (
  customer_id text not null,
  milestone text not null,
  n integer not null,
  -- When it was enough, by what is known now.
  reached_at timestamptz,
  reached_by text not null,
  primary key (customer_id, milestone)
);
select cs_distribute('milestone_counts', 'customer_id', 'events');

-- Figures of the analytics, as they were taken last. Local.
create table milestone_figures (
  landmark integer primary key,
  taken_at timestamptz not null,
  took_ms integer not null,
  figures jsonb not null
);
