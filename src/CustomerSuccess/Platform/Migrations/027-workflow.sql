-- The onboarding workflow: versions of its definition, and where every customer stands, kept behind the events (decision 15).
-- Locks: new tables, and an index on events: nothing can be written to events while it is built (a second per million rows).

-- What people did to tasks and stages, and which version they are on; a small part of all events.
create index events_workflow on events (subject) where type like 'task\_%' or type like 'stage\_%' or type like 'workflow\_%';

-- Version 1 is the product's own and is no row here. Drafts have no version yet.
create table workflow_definitions (
  definition_id text primary key,
  version integer check (version > 1),
  -- As it was written, checked before it is published.
  definition text not null,
  note text not null default '',
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null,
  published_at timestamptz,
  published_by text
);
select cs_distribute('workflow_definitions', null);
create unique index workflow_definitions_by_version on workflow_definitions (version) where version is not null;

-- Types of events some definition waits for. What comes in with another type is stored without a further look.
create table workflow_awaited (
  type text primary key
);
select cs_distribute('workflow_awaited', null);
insert into workflow_awaited (type) values
  -- What moves every workflow.
  ('customer_created'), ('customer_updated'), ('onboarding_step_welcome_email_sent'), ('onboarding_step_account_created'),
  ('onboarding_step_github_action_installed'), ('onboarding_step_first_issue_tagged'), ('onboarding_step_first_pr_generated'),
  ('onboarding_step_reset'), ('onboarding_completed'), ('onboarding_blocked'), ('onboarding_unblocked'),
  ('task_started'), ('task_completed'), ('task_skipped'), ('task_failed'), ('task_retried'), ('stage_unlocked'), ('workflow_started'), ('workflow_moved'),
  -- What the first version waits for.
  ('profile_completed'), ('intro_watched'), ('api_key_created'), ('api_call'), ('teammate_invited'), ('pr_merged'), ('notifications_configured'),
  ('feedback_submitted'), ('recommendation_made'),
  -- What makes a week active, and rows recorded by hand.
  ('issue_tagged'), ('issue_resolution'), ('pr_generated'), ('pr_rejected'), ('support_request'), ('engagement_recorded');

-- What came in of these types, one row for each call that stored some: by customer and type the first and the last time. Without types:
-- customers to be taken from the log as a whole. A queue: rows are only added and taken.
create table workflow_waiting (
  id bigint generated always as identity primary key,
  customers text[] not null,
  types text[],
  firsts timestamptz[],
  lasts timestamptz[]
);
-- Whoever is there already begins with what the log says.
insert into workflow_waiting (customers)
select array_agg(customer_id) from (
  select customer_id, (row_number() over (order by customer_id) - 1) / 1000 as part from customers
) each group by part;

-- Where each customer stands: the row that the board and analytics read.
create table workflow (
  customer_id text primary key,
  version integer not null,
  started_at timestamptz not null,
  -- The stage where they stand, and since when; 'completed' once all are done.
  stage text not null,
  stage_since timestamptz not null,
  done integer not null,
  total integer not null,
  points integer not null,
  badges text[] not null,
  -- What to do next, '' where there is nothing.
  next_task text not null,
  next_since timestamptz,
  last_progress_at timestamptz not null,
  completed_at timestamptz,
  -- From when on they count as stuck if nothing moves: blocked, failed (a task did) or silent. Null: never.
  stuck_at timestamptz,
  stuck_by text not null,
  -- In totals: neither churned nor archived nor a test.
  counted boolean not null,
  -- What could still change it: types of which any event counts; types of which only those before an instant do; and the weeks (their
  -- Mondays) that are counted already, with the end of those that matter.
  awaits text[] not null,
  settled jsonb not null,
  weeks date[] not null,
  weeks_until timestamptz not null
);
create index workflow_by_stage on workflow (stage, stuck_at, customer_id) where counted;
create index workflow_by_stuck on workflow (stuck_at, customer_id) where counted and stuck_at is not null;
create index workflow_by_version on workflow (version, customer_id);
select cs_distribute('workflow', 'customer_id', 'events');

-- Tasks that are not locked, or of which something has happened.
create table workflow_tasks (
  customer_id text not null,
  task text not null,
  stage text not null,
  -- locked, available, in_progress, completed, skipped, failed; and since when.
  state text not null,
  since timestamptz not null,
  -- When it could first be worked on.
  opened_at timestamptz,
  -- When it was completed; null also where nobody knows.
  done_at timestamptz,
  -- user:, key:, widget:, or event:ID.
  done_by text not null,
  attempts integer not null,
  -- How much of what completes it was counted, when that was enough, and by which event.
  counted integer not null,
  reached_at timestamptz,
  reached_by text not null,
  primary key (customer_id, task)
);
create index workflow_tasks_by_task on workflow_tasks (task, state, since);
select cs_distribute('workflow_tasks', 'customer_id', 'events');

-- How long tasks usually take, from own history; taken anew once an hour. Local.
create table workflow_pace (
  task text primary key,
  hours numeric not null,
  customers bigint not null
);

create table workflow_stages (
  customer_id text not null,
  stage text not null,
  state text not null,
  since timestamptz not null,
  opened_at timestamptz,
  completed_at timestamptz,
  primary key (customer_id, stage)
);
select cs_distribute('workflow_stages', 'customer_id', 'events');
