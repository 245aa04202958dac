facts as (
  select l.customer_id, l.person_id, jsonb_object_agg(p.key, p.value order by l.occurred_at, l.received_at, l.id) as f,
    min(l.occurred_at) as first_seen, max(l.occurred_at) filter (where (l.properties -> 'removed')::text = 'true') as removed_at
  from log l cross join lateral jsonb_each(l.properties) p
  where l.type = 'person_updated' and l.person_id is not null
  group by l.customer_id, l.person_id
),
state as (
  select customer_id, person_id, coalesce(f ->> 'email', '') as email, coalesce(f ->> 'name', '') as name, coalesce(f ->> 'role', '') as role,
    first_seen, case when (f -> 'removed')::text = 'true' then removed_at end as removed_at
  from facts
)
