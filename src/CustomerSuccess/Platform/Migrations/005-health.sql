-- Scores by day, and where each customer stands now: the one row a list or the dashboard reads.
-- Locks: new tables only.

-- One row per customer and day on which the score, its points or its status changed; the value at the end of that day
-- with what was known then.
create table health_scores (
  customer_id text not null,
  day date not null,
  model text not null,
  version integer not null,
  score integer not null,
  status text not null,
  -- [{"name":"onboarding","points":24.0,"of":30,"metric":80,"why":"4 of 5 steps"}]; points sum to the raw total.
  points jsonb not null,
  primary key (customer_id, day)
);
select cs_distribute('health_scores', 'customer_id', 'events');

create table standings (
  customer_id text primary key,
  organization text not null,
  email text not null,
  github_username text not null,
  cohort text not null,
  industry text not null,
  plan text not null,
  owner text not null,
  mrr numeric(12,2),
  signup_date date not null,
  -- active, paused, churned; a churned, archived or test customer is in no total.
  account_status text not null,
  counted boolean not null,
  archived boolean not null,
  is_test boolean not null,
  stage text not null,
  done integer not null,
  -- Bit n (0 to 4) is set when step n of the five is done.
  steps integer not null,
  completed_date date,
  days_to_complete integer,
  -- Signup to the first pull request, where both are known.
  days_to_value integer,
  blocker_type text not null,
  blocked_at timestamptz,
  prs_generated bigint not null,
  prs_merged bigint not null,
  days_active bigint not null,
  last_active date,
  score integer not null,
  -- champion, healthy, needs_attention or at_risk by score alone; inactive depends on today and is decided at read.
  band text not null,
  -- The status when it was last worked out. A page decides again with today's date; a difference is a change by time alone.
  status text not null,
  -- How often the status changed; numbers the health_changed events.
  changes integer not null
);
-- Lists are read by one sort key at a time, of the customers in totals unless asked otherwise.
create index standings_by_name on standings (lower(organization), customer_id) where counted;
create index standings_by_score on standings (score, customer_id) where counted;
create index standings_by_progress on standings (done, customer_id) where counted;
create index standings_by_last_active on standings (coalesce(last_active, '-infinity'), customer_id) where counted;
create index standings_by_signup on standings (signup_date, customer_id) where counted;
create index standings_by_mrr on standings (coalesce(mrr, -1), customer_id) where counted;
create index standings_absent on standings (lower(organization), customer_id) where not counted;
-- Who needs a person: a small part of all, the most money first.
create index standings_needing on standings (mrr desc nulls last, score, customer_id) where counted and (band = 'at_risk' or blocker_type <> '');
select cs_distribute('standings', 'customer_id', 'events');

create table settings (
  name text primary key,
  value jsonb not null,
  changed_at timestamptz not null,
  changed_by text not null
);
select cs_distribute('settings', null);
