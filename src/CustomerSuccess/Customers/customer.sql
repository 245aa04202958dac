-- The last value of every field, in the order of events.
fields as (
  select l.customer_id, jsonb_object_agg(p.key, p.value order by l.occurred_at, l.received_at, l.id) as f
  from log l cross join lateral jsonb_each(l.properties) p
  where l.type in ('customer_created', 'customer_updated')
  group by l.customer_id
  having bool_or(l.type = 'customer_created')
),
state as (
  select customer_id, coalesce(f ->> 'email', '') as email, coalesce(f ->> 'organization', '') as organization,
    coalesce(f ->> 'github_username', '') as github_username, (f ->> 'signup_date')::date as signup_date,
    coalesce(f ->> 'cohort', '') as cohort, coalesce(f ->> 'industry', '') as industry, (f ->> 'team_size')::integer as team_size,
    coalesce(f ->> 'plan', '') as plan, (f ->> 'mrr')::numeric(12,2) as mrr, coalesce(f ->> 'owner', '') as owner,
    coalesce(f ->> 'status', 'active') as status, coalesce((f ->> 'is_test')::boolean, false) as is_test,
    (f ->> 'archived_at')::timestamptz as archived_at, coalesce(f -> 'external_ids', '{}') as external_ids, coalesce(f -> 'traits', '{}') as traits
  from fields
)
