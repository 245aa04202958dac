-- What was known about @customers before @until, from the log alone: the same counting and the same replay as the tables
-- are made with, over the events that had happened and had been received by then.
with log as (
  select * from events where subject = any(@customers) and received_at < @until and occurred_at < @until and replayed
),
new as (
  select * from events where subject = any(@customers) and received_at < @until and occurred_at < @until
),
/*counts*/,
by_day as (
  select customer_id, day,
    sum(n) filter (where kind = 'prs_generated') as prs_generated, sum(n) filter (where kind = 'prs_merged') as prs_merged,
    greatest(sum(n) filter (where kind = 'issues_tagged'), sum(n) filter (where kind = 'prs_generated'), sum(n) filter (where kind = 'prs_merged'),
      sum(n) filter (where kind = 'prs_rejected'), sum(n) filter (where kind = 'support_requests'), sum(n) filter (where kind = 'api_calls')) > 0 as active
  from (
    select customer_id, (occurred_at at time zone 'utc')::date as day, kind, n from counted where url is null
    union all
    select customer_id, (first_at at time zone 'utc')::date, kind, 1 from urls
  ) one
  group by customer_id, day
),
engaged as (
  select customer_id, count(*) filter (where active) as days_active, max(day) filter (where active) as last_active,
    coalesce(sum(prs_generated), 0)::bigint as prs_generated, coalesce(sum(prs_merged), 0)::bigint as prs_merged
  from by_day group by customer_id
),
account as (
  select l.customer_id, (jsonb_object_agg(p.key, p.value order by l.occurred_at, l.received_at, l.id) ->> 'signup_date')::date as signup_date
  from log l cross join lateral jsonb_each(l.properties) p
  where l.type in ('customer_created', 'customer_updated')
  group by l.customer_id
  having bool_or(l.type = 'customer_created')
),
/*onboarding*/
select a.customer_id, a.signup_date,
  (case when o.welcome_email_sent is null then 0 else 1 end + case when o.account_created is null then 0 else 2 end
    + case when o.github_action_installed is null then 0 else 4 end + case when o.first_issue_tagged is null then 0 else 8 end
    + case when o.first_pr_generated is null then 0 else 16 end) as steps,
  o.completed_at is not null as completed, coalesce(e.days_active, 0) as days_active, e.last_active,
  coalesce(e.prs_generated, 0) as prs_generated, coalesce(e.prs_merged, 0) as prs_merged, coalesce(o.blocker_type, '') as blocker_type
from account a
left join state o on o.customer_id = a.customer_id
left join engaged e on e.customer_id = a.customer_id
order by a.customer_id
