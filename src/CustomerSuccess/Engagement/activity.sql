/*counts*/,
-- A URL counts on the day it was first seen; an earlier sighting that arrives later moves it there. The customer lock
-- makes what is seen here true.
remembered as (
  insert into counted_urls as c (customer_id, kind, url, first_at)
  select customer_id, kind, url, first_at from urls order by customer_id, kind, url
  on conflict (customer_id, kind, url) do update set first_at = excluded.first_at where excluded.first_at < c.first_at
  returning c.customer_id, c.kind, c.url, c.first_at, xmax = 0 as fresh
),
moved as (
  select r.customer_id, r.kind, c.first_at
  from remembered r join counted_urls c on c.customer_id = r.customer_id and c.kind = r.kind and c.url = r.url
  where not r.fresh
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
  select customer_id, (first_at at time zone 'utc')::date, kind, 1 from remembered
  union all
  select customer_id, (first_at at time zone 'utc')::date, kind, -1 from moved
  union all
  select customer_id, day, 'active_people', 1 from met
),
activity_now as (
  insert into activity as a (customer_id, day, issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls, active_people)
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
  order by customer_id, day
  on conflict (customer_id, day) do update set
    issues_tagged = a.issues_tagged + excluded.issues_tagged, prs_generated = a.prs_generated + excluded.prs_generated,
    prs_merged = a.prs_merged + excluded.prs_merged, prs_rejected = a.prs_rejected + excluded.prs_rejected,
    support_requests = a.support_requests + excluded.support_requests, api_calls = a.api_calls + excluded.api_calls,
    active_people = a.active_people + excluded.active_people
),
activity_unsettled as (
  select distinct customer_id from changes where n < 0
)
