-- What customers did, by UTC day and in total. Folded from events: only sums, least and greatest, insert-if-absent.
-- Locks: new tables only.

create table activity (
  customer_id text not null,
  day date not null,
  issues_tagged bigint not null default 0,
  prs_generated bigint not null default 0,
  prs_merged bigint not null default 0,
  prs_rejected bigint not null default 0,
  support_requests bigint not null default 0,
  api_calls bigint not null default 0,
  active_people bigint not null default 0,
  primary key (customer_id, day)
);
create index activity_by_day on activity (day);
select cs_distribute('activity', 'customer_id', 'events');

-- Lifetime totals of activity. A day is active when one of the five counts or api_calls is above 0.
create table engagement (
  customer_id text primary key,
  issues_tagged bigint not null default 0,
  prs_generated bigint not null default 0,
  prs_merged bigint not null default 0,
  prs_rejected bigint not null default 0,
  support_requests bigint not null default 0,
  api_calls bigint not null default 0,
  days_active bigint not null default 0,
  last_active date
);
select cs_distribute('engagement', 'customer_id', 'events');

-- Issues and pull requests with a URL count once per customer, on the day they were first seen.
create table counted_urls (
  customer_id text not null,
  kind text not null,
  url text not null,
  first_at timestamptz not null,
  primary key (customer_id, kind, url)
);
select cs_distribute('counted_urls', 'customer_id', 'events');

create table active_people (
  customer_id text not null,
  day date not null,
  person_id text not null,
  primary key (customer_id, day, person_id)
);
select cs_distribute('active_people', 'customer_id', 'events');

-- Rows recorded by hand or imported, under the id they keep for life (e1001). Corrections add to them; a row whose
-- day was corrected has copies 0 on the old day.
create table engagement_rows (
  customer_id text not null,
  row_id text not null,
  day date not null,
  issues_tagged bigint not null,
  prs_generated bigint not null,
  prs_merged bigint not null,
  prs_rejected bigint not null,
  support_requests bigint not null,
  copies bigint not null,
  primary key (customer_id, row_id, day)
);
select cs_distribute('engagement_rows', 'customer_id', 'events');

create table support_requests (
  customer_id text not null,
  request_id text not null,
  opened_at timestamptz not null,
  topic text not null,
  message text not null,
  primary key (customer_id, request_id)
);
select cs_distribute('support_requests', 'customer_id', 'events');
