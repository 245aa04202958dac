-- What causes messages: events that have one for their effect, and schedules.
-- Locks: writers of events wait while the small index is built; else new tables only.

-- Events that a message may follow from: few, and a page asks what they would have caused lately.
create index events_of_causes on events (type, received_at)
where not history and type in ('customer_created', 'onboarding_step_account_created', 'onboarding_step_github_action_installed',
  'onboarding_step_first_issue_tagged', 'onboarding_step_first_pr_generated', 'onboarding_completed', 'onboarding_blocked');

-- Customers who came to be at risk, waiting for the next digest; written with the health_changed that says so.
create table at_risk_entries (
  customer_id text not null,
  -- The event's id.
  entry_id text not null,
  entered_at timestamptz not null,
  score integer not null,
  from_status text not null,
  -- The run that took it, as schedule runs are named: its local date. Null: it waits.
  digest date,
  -- told, or why not: recovered, gone.
  outcome text not null default '',
  primary key (customer_id, entry_id)
);
create index at_risk_entries_waiting on at_risk_entries (entered_at) where digest is null;
create index at_risk_entries_by_time on at_risk_entries (entered_at);
select cs_distribute('at_risk_entries', 'customer_id', 'events');

-- Why a schedule had nothing for a customer the last time; one row each, replaced.
create table passed_over (
  customer_id text not null,
  schedule text not null,
  local_date date not null,
  reason text not null,
  primary key (customer_id, schedule)
);
select cs_distribute('passed_over', 'customer_id', 'events');

-- When each schedule runs. Local, like all of jobs.
create table schedules (
  schedule text primary key,
  -- Five fields, by the clock on the wall in the zone; at most once a day.
  cron text not null,
  zone text not null,
  enabled boolean not null,
  -- A run that could not begin in time still begins so many minutes later.
  grace_minutes integer not null,
  -- What this schedule lets one choose beside that, as in {"days": 14}.
  options jsonb not null default '{}',
  -- Times before this are none of its: it was switched on, or its times changed, then.
  since timestamptz not null,
  changed_at timestamptz not null,
  changed_by text not null
);

-- One run per schedule and local date, whoever begins it: the key is the claim.
create table schedule_runs (
  schedule text not null,
  local_date date not null,
  due_at timestamptz not null,
  state text not null check (state in ('waiting', 'running', 'done', 'failed', 'missed')),
  -- 'schedule', or who pressed the button.
  asked_by text not null,
  -- When it was put here, by the product's clock: a date that was marked as missed in what has become the future again is free.
  noted_at timestamptz not null,
  -- These three by the database's clock.
  not_before timestamptz not null default now(),
  leased_until timestamptz,
  leased_by text,
  -- Counts those who took it; only the last may go on (a fencing token).
  attempt integer not null default 0,
  -- How often it went wrong, one time after the other.
  failures integer not null default 0,
  -- The last customer who was looked at.
  cursor text not null default '',
  queued bigint not null default 0,
  -- Had this very message before.
  already bigint not null default 0,
  -- {"nothing happened that week": 90210}
  passed jsonb not null default '{}',
  -- In words: why it was missed, or what went wrong.
  outcome text not null default '',
  started_at timestamptz,
  finished_at timestamptz,
  primary key (schedule, local_date)
);
create index schedule_runs_open on schedule_runs (due_at) where state in ('waiting', 'running');
