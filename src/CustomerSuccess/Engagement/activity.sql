/*counts*/,
-- A URL counts on the day it was first seen; an earlier sighting that arrives later moves it there. The customer lock
-- makes what is seen here true.
seen as (
  select u.customer_id, u.kind, u.url, c.first_at
  from urls u join counted_urls c on c.customer_id = u.customer_id and c.kind = u.kind and c.url = u.url
),
remembered as (
  insert into counted_urls as c (customer_id, kind, url, first_at)
  select customer_id, kind, url, first_at from urls order by customer_id, kind, url
  on conflict (customer_id, kind, url) do update set first_at = excluded.first_at where excluded.first_at < c.first_at
),
met as (
  insert into active_people (customer_id, day, person_id)
  select distinct customer_id, (occurred_at at time zone 'utc')::date, person_id from new
  where customer_id is not null and person_id is not null and source not in ('ui', 'api', 'cli', 'csv', 'system')
  order by 1, 2, 3
  on conflict do nothing
  returning customer_id, day
),
changes as (
  select customer_id, (occurred_at at time zone 'utc')::date as day, kind, n from counted where url is null
  union all
  select u.customer_id, (u.first_at at time zone 'utc')::date, u.kind, 1
  from urls u left join seen s on s.customer_id = u.customer_id and s.kind = u.kind and s.url = u.url
  where s.first_at is null or u.first_at < s.first_at
  union all
  select s.customer_id, (s.first_at at time zone 'utc')::date, s.kind, -1
  from seen s join urls u on s.customer_id = u.customer_id and s.kind = u.kind and s.url = u.url
  where u.first_at < s.first_at
  union all
  select customer_id, day, 'active_people', 1 from met
),
change_by_day as (
  select * from (
    select customer_id, day,
      coalesce(sum(n) filter (where kind = 'issues_tagged'), 0)::bigint as issues_tagged,
      coalesce(sum(n) filter (where kind = 'prs_generated'), 0)::bigint as prs_generated,
      coalesce(sum(n) filter (where kind = 'prs_merged'), 0)::bigint as prs_merged,
      coalesce(sum(n) filter (where kind = 'prs_rejected'), 0)::bigint as prs_rejected,
      coalesce(sum(n) filter (where kind = 'support_requests'), 0)::bigint as support_requests,
      coalesce(sum(n) filter (where kind = 'api_calls'), 0)::bigint as api_calls,
      coalesce(sum(n) filter (where kind = 'active_people'), 0)::bigint as active_people
    from changes group by customer_id, day
  ) sums
  where (issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls, active_people) <> (0, 0, 0, 0, 0, 0, 0)
),
activity_now as (
  insert into activity as a (customer_id, day, issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls, active_people)
  select customer_id, day, issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls, active_people
  from change_by_day order by customer_id, day
  on conflict (customer_id, day) do update set
    issues_tagged = a.issues_tagged + excluded.issues_tagged, prs_generated = a.prs_generated + excluded.prs_generated,
    prs_merged = a.prs_merged + excluded.prs_merged, prs_rejected = a.prs_rejected + excluded.prs_rejected,
    support_requests = a.support_requests + excluded.support_requests, api_calls = a.api_calls + excluded.api_calls,
    active_people = a.active_people + excluded.active_people
  returning a.*
),
-- A day becomes active when its highest count rises above 0, and stops being active when a correction takes it back.
day_change as (
  select c.*,
    greatest(a.issues_tagged, a.prs_generated, a.prs_merged, a.prs_rejected, a.support_requests, a.api_calls) > 0 as active,
    greatest(a.issues_tagged - c.issues_tagged, a.prs_generated - c.prs_generated, a.prs_merged - c.prs_merged,
      a.prs_rejected - c.prs_rejected, a.support_requests - c.support_requests, a.api_calls - c.api_calls) > 0 as was_active
  from change_by_day c join activity_now a on a.customer_id = c.customer_id and a.day = c.day
),
engagement_now as (
  insert into engagement as e (customer_id, issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls, days_active, last_active)
  select customer_id, sum(issues_tagged), sum(prs_generated), sum(prs_merged), sum(prs_rejected), sum(support_requests), sum(api_calls),
    count(*) filter (where active and not was_active) - count(*) filter (where was_active and not active),
    max(day) filter (where active)
  from day_change group by customer_id order by customer_id
  on conflict (customer_id) do update set
    issues_tagged = e.issues_tagged + excluded.issues_tagged, prs_generated = e.prs_generated + excluded.prs_generated,
    prs_merged = e.prs_merged + excluded.prs_merged, prs_rejected = e.prs_rejected + excluded.prs_rejected,
    support_requests = e.support_requests + excluded.support_requests, api_calls = e.api_calls + excluded.api_calls,
    days_active = e.days_active + excluded.days_active, last_active = greatest(e.last_active, excluded.last_active)
),
activity_unsettled as (
  select distinct customer_id from changes where n < 0
)
