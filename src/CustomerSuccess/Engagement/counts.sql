-- What each event counts: (customer, when, kind, url, n). Issues and pull requests that name a URL count once per customer
-- and URL (null: counts by itself), so they are gathered by their first time.
counted as (
  select e.customer_id, e.occurred_at, c.kind, nullif(lower(rtrim(split_part(split_part(e.properties ->> c.url, '#', 1), '?', 1), '/')), '') as url, 1::bigint as n
  from new e
  join (values
    ('api_call', 'api_calls', null), ('issue_resolution', 'issues_tagged', 'issue_url'), ('issue_resolution', 'prs_generated', 'pr_url'),
    ('issue_tagged', 'issues_tagged', 'issue_url'), ('pr_generated', 'prs_generated', 'pr_url'), ('pr_merged', 'prs_merged', 'pr_url'),
    ('pr_rejected', 'prs_rejected', 'pr_url'), ('support_request', 'support_requests', null)
  ) c(type, kind, url) on c.type = e.type
  where e.customer_id is not null
    and not (e.type = 'issue_resolution' and c.kind = 'prs_generated' and coalesce(e.properties ->> 'pr_url', '') = '')
    and not (e.type = 'api_call' and coalesce((e.properties -> 'from_ingest')::text = 'true', false))
  union all
  select e.customer_id, e.occurred_at, k, null, coalesce((e.properties ->> k)::bigint, 0)
  from new e cross join unnest(array['issues_tagged', 'prs_generated', 'prs_merged', 'prs_rejected', 'support_requests']) k
  where e.customer_id is not null and e.type = 'engagement_recorded'
),
urls as (
  select customer_id, kind, url, min(occurred_at) as first_at from counted where url is not null group by customer_id, kind, url
)
