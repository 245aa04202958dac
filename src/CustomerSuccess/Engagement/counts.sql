-- What each event counts: (customer, when, kind, url, n). Issues and pull requests that name a URL count once per customer
-- and URL (null: counts by itself), so they are gathered by their first time.
counted as (
  select e.customer_id, e.occurred_at, c.kind, nullif(lower(rtrim(split_part(split_part(c.url, '#', 1), '?', 1), '/')), '') as url, c.n
  from new e
  cross join lateral (
    select 'issues_tagged' as kind, e.properties ->> 'issue_url' as url, 1::bigint as n where e.type in ('issue_tagged', 'issue_resolution')
    union all select 'prs_generated', e.properties ->> 'pr_url', 1 where e.type = 'pr_generated' or (e.type = 'issue_resolution' and e.properties ->> 'pr_url' <> '')
    union all select 'prs_merged', e.properties ->> 'pr_url', 1 where e.type = 'pr_merged'
    union all select 'prs_rejected', e.properties ->> 'pr_url', 1 where e.type = 'pr_rejected'
    union all select 'support_requests', null, 1 where e.type = 'support_request'
    union all select 'api_calls', null, 1 where e.type = 'api_call' and not coalesce((e.properties -> 'from_ingest')::text = 'true', false)
    union all select k, null, coalesce((e.properties ->> k)::bigint, 0)
      from unnest(array['issues_tagged', 'prs_generated', 'prs_merged', 'prs_rejected', 'support_requests']) k where e.type = 'engagement_recorded'
  ) c
  where e.customer_id is not null
    and e.type in ('issue_tagged', 'issue_resolution', 'pr_generated', 'pr_merged', 'pr_rejected', 'support_request', 'api_call', 'engagement_recorded')
),
urls as (
  select customer_id, kind, url, min(occurred_at) as first_at from counted where url is not null group by customer_id, kind, url
)
