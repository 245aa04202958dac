-- The five-step record, replayed from a customer's onboarding_* events in the order (occurred_at, received_at, id).
-- Locks: new tables only.

create table onboarding (
  customer_id text primary key,
  row_id text not null default '',
  -- When each step was first done since its last reset; null: not done.
  welcome_email_sent timestamptz,
  account_created timestamptz,
  github_action_installed timestamptz,
  first_issue_tagged timestamptz,
  first_pr_generated timestamptz,
  -- By what source each step came: {"account_created": "csv"}, and which have no known time.
  sources jsonb not null default '{}',
  untimed text[] not null default '{}',
  -- How many of the five are done now.
  done integer not null default 0,
  -- The instant at which all five were first done; permanent.
  completed_at timestamptz,
  blocker_type text not null default '',
  notes text not null default '',
  blocked_at timestamptz,
  blocked_by text
);
select cs_distribute('onboarding', 'customer_id', 'events');
